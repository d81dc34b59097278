import { createPeer, type PeerOptions } from '../../actors/peer.ts'
import { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { memoryPair } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection } from '../../transport/transport.ts'
import { encodeHandshake, type Features } from '../../transport/wire/handshake.ts'
import { type Side, sideOf, torrent } from '../pair.ts'

/** A peer of ours beside a remote without manners, in virtual time. */
export interface Encounter {
  readonly clock: SimulatedClock
  readonly us: Side
  readonly remote: ScriptedRemote
  /** How our peer stands: `open`, `closed` and so on. */
  readonly state: unknown
  /** Bytes that our peer has written and the remote has not taken. */
  readonly queuedBytes: number
}

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
  const remote = remoteOn(theirs, clock)
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
export const remoteOn = (connection: Connection, clock: SimulatedClock): ScriptedRemote =>
  new ScriptedRemote(connection, { clock, infoHash: torrent.infoHash })
