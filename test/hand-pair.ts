import { createPeer, type PeerOptions } from '../actors/peer.ts'
import { randomBytesFrom, seededRandom } from '../transport/random.ts'
import { SimulatedClock } from '../transport/simulated-clock.ts'
import { type Side, sideOf, torrent } from './pair.ts'

/** Two peers driven by hand: what one writes is brought to the other by the test. */
export interface HandPair {
  readonly clock: SimulatedClock
  readonly dialler: Side
  readonly accepter: Side
  /** Carries bytes both ways until neither has anything to say. */
  exchange(): void
}

/** What may differ from a plain pair. */
export interface HandPairOptions {
  /** The most bytes brought at a time. Default: all there are. */
  readonly readBytesMax?: number
  readonly dialler?: Partial<PeerOptions>
  readonly accepter?: Partial<PeerOptions>
  /** Of both. Default `none`. */
  readonly encryption?: PeerOptions['encryption']
  /** The accepting side is made without a torrent, and waits for `setTorrent`. */
  readonly isNameless?: boolean
}

/** Makes both peers; they have not met before `exchange`. Each side answers the requests of the other. */
export function createHandPair(options: HandPairOptions = {}): HandPair {
  const {
    readBytesMax = Number.POSITIVE_INFINITY,
    dialler,
    accepter,
    encryption = 'none',
    isNameless = false,
  } = options
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const common = { clock, random, randomBytes: randomBytesFrom(random), encryption }
  /** Written by either side, not yet read by the other. */
  const wires: Record<'out' | 'in', Uint8Array[]> = { out: [], in: [] }
  const make = (direction: 'out' | 'in', given: Partial<PeerOptions>): Side => {
    const remote = { host: direction === 'out' ? '192.0.2.2' : '192.0.2.1', port: direction === 'out' ? 6881 : 50_000 }
    const write = (bytes: Uint8Array) => void wires[direction].push(bytes.slice())
    return sideOf(createPeer({ ...common, ...given, to: { remote, direction, write } }), clock)
  }
  const sides = {
    out: make('out', { ...torrent, ...dialler }),
    in: make('in', { ...(isNameless ? {} : torrent), ...accepter }),
  }
  /** How many chunks went over. */
  const carry = (from: 'out' | 'in', to: 'out' | 'in'): number => {
    sides[from].peer.writeBuffer()
    const chunks = wires[from].splice(0)
    for (const bytes of chunks) {
      for (let at = 0; at < bytes.length; at += readBytesMax) {
        sides[to].peer.onData(bytes.subarray(at, Math.min(bytes.length, at + readBytesMax)))
      }
    }
    return chunks.length
  }
  return {
    clock,
    dialler: sides.out,
    accepter: sides.in,
    exchange() {
      let carried: number
      do {
        carried = carry('out', 'in') + carry('in', 'out')
      } while (carried > 0)
    },
  }
}
