import { createPeer, type PeerOptions } from '../../actors/peer.ts'
import { memoryPair } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection, TransportEnd } from '../../transport/transport.ts'
import { encode } from '../../transport/wire/encode.ts'
import { encodeHandshake, type Features } from '../../transport/wire/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { type Side, sideOf, torrent } from '../pair.ts'
import { concat, type Recording, record } from '../transport/wire/record.ts'

/** A remote without manners: it writes what it likes and keeps what it hears. */
export interface Remote {
  readonly connection: Connection
  /** What our peer said, once it was heard. */
  readonly heard: Recording
  /** The bytes heard since the last call, as they came. */
  take(): Uint8Array
  readonly end: TransportEnd | undefined
  /** Sends bytes as they are. */
  send(...bytes: readonly Uint8Array[]): void
  /** Sends messages in good form. */
  say(...messages: readonly Message[]): void
  /** Sends a good handshake. */
  greet(features?: Partial<Features>): void
}

/** A peer of ours beside such a remote, in virtual time. */
export interface Encounter {
  readonly clock: SimulatedClock
  readonly us: Side
  readonly remote: Remote
  /** How our peer stands: `open`, `closed` and so on. */
  readonly state: unknown
  /** Bytes that our peer has written and the remote has not taken. */
  readonly queuedBytes: number
}

/** The bytes of messages, in order. */
export const bytesOf = (...messages: readonly Message[]): Uint8Array =>
  concat(messages.flatMap((message) => encode(message)))

/** The handshake of a remote that supports everything. */
export const handshakeOf = (features: Partial<Features> = {}): Uint8Array =>
  encodeHandshake({
    infoHash: torrent.infoHash,
    peerId: new Uint8Array(20).fill(0xbb),
    features: { extended: true, fast: true, dht: false, ...features },
  })

/** The remote dials us, unless `direction` says that we dial it. Nothing has been said yet. */
export function meet(options: Partial<PeerOptions> & { readonly direction?: 'in' | 'out' } = {}): Encounter {
  const { direction = 'in', ...given } = options
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  // A narrow line: what our peer writes while the remote does not read stays in the queue that is measured.
  const [dialler, accepted] = memoryPair({ clock, random, bytesPerSecond: 100_000_000 })
  const [ours, theirs] = direction === 'in' ? [accepted, dialler] : [dialler, accepted]
  const randomBytes = randomBytesFrom(random)
  const us = sideOf(createPeer({ ...torrent, clock, random, randomBytes, to: ours, ...given }), clock)
  const remote = remoteOn(theirs)
  clock.advance(1)
  return {
    clock,
    us,
    remote,
    get state() {
      return us.peer.actor.getSnapshot().value.handshake
    },
    get queuedBytes() {
      return ours.queuedBytes
    },
  }
}

/** As `meet`, and both handshakes are done. */
export function meetOpen(options: Partial<PeerOptions> = {}, features: Partial<Features> = {}): Encounter {
  const encounter = meet(options)
  encounter.remote.greet(features)
  encounter.clock.advance(1)
  return encounter
}

/** A remote at its end of a link. */
export function remoteOn(connection: Connection): Remote {
  const heard = record()
  heard.reader.startMessages(1024 * 1024)
  const bytes: Uint8Array[] = []
  let end: TransportEnd | undefined
  connection.open({
    opened: () => undefined,
    data: (chunk) => {
      bytes.push(chunk.slice())
      heard.reader.push(chunk)
      while (heard.reader.isBehind) heard.reader.readOn()
    },
    drained: () => undefined,
    closed: (reason) => {
      end = reason
    },
  })
  return {
    connection,
    heard,
    take: () => concat(bytes.splice(0)),
    get end() {
      return end
    },
    send: (...bytes) => void connection.write(bytes),
    say: (...messages) => void connection.write([bytesOf(...messages)]),
    greet: (features) => void connection.write([handshakeOf(features)]),
  }
}
