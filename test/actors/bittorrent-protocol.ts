import Wire from 'bittorrent-protocol'
import { createPeer, type PeerOptions } from '../../actors/peer.ts'
import { bytesToHex } from '../../machines/hex.ts'
import { memoryPair } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { TransportEnd } from '../../transport/transport.ts'
import { type Side, sideOf, torrent } from '../pair.ts'

/** Which of the two opens the connection. */
export type Role = 'dials' | 'accepts'

/** A peer of ours and one of bittorrent-protocol on one link, in virtual time. */
export interface Meeting {
  readonly clock: SimulatedClock
  readonly us: Side
  readonly wire: Wire
  /** How the link ended for bittorrent-protocol. */
  readonly end: TransportEnd | undefined
  /** Lets all that is under way arrive, on the link and in bittorrent-protocol's streams. */
  settle(): Promise<void>
  /** Ends both. */
  part(): Promise<void>
}

/** What bittorrent-protocol is to say of itself. */
export interface TheirOptions {
  readonly fast?: boolean
  readonly extendedHandshake?: Record<string, unknown>
  /** Whether both negotiate, and take RC4 alone. Its keys are other ones in each run. */
  readonly encrypted?: boolean
}

export const theirPeerId = new Uint8Array(20).fill(0xbb)

/** Makes both, and lets them shake hands; `role` is ours. */
export async function meetWire(
  role: Role,
  ours: Partial<PeerOptions> = {},
  theirs: TheirOptions = {},
): Promise<Meeting> {
  const { fast = true, extendedHandshake, encrypted = false } = theirs
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const [outgoing, incoming] = memoryPair({ clock, random, fragment: true })
  const [here, there] = role === 'dials' ? [outgoing, incoming] : [incoming, outgoing]

  const wire = new Wire(role === 'dials' ? 'tcpIncoming' : 'tcpOutgoing', encrypted ? 2 : 0)
  if (extendedHandshake) wire.extendedHandshake = extendedHandshake
  let end: TransportEnd | undefined
  const greet = () => wire.handshake(torrent.infoHash, theirPeerId, { fast, dht: false })
  wire.on('data', (bytes) => void there.write([bytes]))
  const infoHash = bytesToHex(torrent.infoHash)
  wire.once('crypto-infohash', () => wire.setInfoHash(infoHash))
  if (role === 'dials') wire.once('handshake', greet)
  else wire.once('crypto-handshake', greet)
  there.open({
    opened: () => {
      if (role === 'dials') return
      if (encrypted) wire.startEncryption(infoHash)
      else greet()
    },
    data: (bytes) => void wire.write(bytes.slice()),
    drained: () => undefined,
    closed: (reason) => {
      end = reason
      wire.destroy()
    },
  })

  const us = sideOf(
    createPeer({ ...torrent, clock, random, to: here, encryption: encrypted ? 'required' : 'none', ...ours }),
    clock,
  )
  const meeting: Meeting = {
    clock,
    us,
    wire,
    get end() {
      return end
    },
    async settle() {
      // bittorrent-protocol's streams move on microtasks and the link on the clock: a few turns of both empty either.
      for (let turn = 0; turn < 10; turn++) {
        clock.advance(10)
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    },
    async part() {
      us.peer.stop()
      await meeting.settle()
    },
  }
  await meeting.settle()
  if (encrypted) await meeting.settle()
  return meeting
}
