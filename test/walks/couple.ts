import { createPeer, type Peer, type PeerOptions } from '../../actors/peer.ts'
import { memoryPair } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { torrent } from '../pair.ts'
import { Mirror, shown, type Word } from './mirror.ts'
import { Reference } from './reference.ts'

/** The side that dialled, and the one that accepted. */
export type SideName = 'dialler' | 'accepter'

/** Both. */
export const sideNames = ['dialler', 'accepter'] as const

/** The one that it is not. */
export const otherThan = (side: SideName): SideName => (side === 'dialler' ? 'accepter' : 'dialler')

/** What may differ between walks. */
export interface CoupleOptions {
  readonly encryption: NonNullable<PeerOptions['encryption']>
  /** What each side has, as a bitfield. */
  readonly have: Readonly<Record<SideName, Uint8Array>>
  readonly seed: number
  readonly latencyMs: number
  /** Whether each begins with wanting and giving: otherwise choked, and without interest. */
  readonly isTrading: boolean
}

const mirrored = [
  ['am_choking', 'peer_choking', 'choking'],
  ['am_interested', 'peer_interested', 'interested'],
] as const

/** Two real peers on one link that cuts reads anywhere, in virtual time, and the model of each. */
export class Couple {
  readonly clock = new SimulatedClock()
  readonly peers: Readonly<Record<SideName, Peer>>
  readonly mirrors: Readonly<Record<SideName, Mirror>>
  readonly #latencyMs: number

  constructor({ encryption, have, seed, latencyMs, isTrading }: CoupleOptions) {
    const { clock } = this
    this.#latencyMs = latencyMs
    const random = seededRandom(seed)
    const [outgoing, incoming] = memoryPair({ clock, random, latencyMs, fragment: true })
    const common = { ...torrent, clock, random, randomBytes: randomBytesFrom(random), encryption }
    this.mirrors = {
      dialler: this.#mirrorOf('dialler', have),
      accepter: this.#mirrorOf('accepter', have),
    }
    const { dialler, accepter } = this.mirrors
    this.peers = {
      dialler: createPeer({ ...common, to: outgoing, have: have.dialler, inspect: dialler.inspect }),
      accepter: createPeer({ ...common, to: incoming, have: have.accepter, inspect: accepter.inspect }),
    }
    clock.advance(1_000)
    if (!isTrading) return
    for (const side of sideNames)
      for (const type of ['torrent.unchoke', 'torrent.interested'] as const) this.peers[side].actor.send({ type })
    this.letArrive()
  }

  /** So much time passes that what is under way arrives. */
  letArrive(): void {
    this.clock.advance(this.#latencyMs + 5)
  }

  /** How many blocks, rejects and cancels have come to either side. */
  get heard(): Mirror['heard'] {
    const [one, other] = [this.mirrors.dialler.heard, this.mirrors.accepter.heard]
    return {
      piece: one.piece + other.piece,
      reject_request: one.reject_request + other.reject_request,
      cancel: one.cancel + other.cancel,
    }
  }

  /** Throws an Error that says what is not as it should be now, in a line each. */
  requireNoFault(when: string): void {
    const faults = this.#faults()
    if (faults.length > 0) throw new Error([`${when}:`, ...faults].join('\n'))
  }

  #faults(): string[] {
    const own = sideNames.flatMap((side) =>
      this.mirrors[side].faultsOf(this.peers[side].actor.getSnapshot()).map((fault) => `${side}: ${fault}`),
    )
    const isQuiet = sideNames.every((side) => this.mirrors[side].said.length === 0)
    return isQuiet ? [...own, ...this.#disagreements()] : own
  }

  /** Ends both, and answers what is left behind. */
  part(): string[] {
    this.clock.advance(2_000)
    const unheard = sideNames.flatMap((side) => {
      const { said, reference } = this.mirrors[side]
      return [...said, ...reference.said].map((word) => `${side}: lost ${word}`)
    })
    for (const side of sideNames) this.peers[side].stop()
    this.clock.advance(20_000)
    return this.clock.pending === 0 ? unheard : [...unheard, `${this.clock.pending} timers are left`]
  }

  #mirrorOf(side: SideName, have: CoupleOptions['have']): Mirror {
    const reference = new Reference(true, have[side], () => this.mirrors[otherThan(side)].reference.said)
    return new Mirror(reference, (words) => this.#heard(side, words))
  }

  /** When all has come, each side knows of the other what is so. */
  #disagreements(): string[] {
    return sideNames.flatMap((side) => {
      const [ours, theirs] = [side, otherThan(side)].map((one) => this.peers[one].actor.getSnapshot())
      if (!ours || !theirs) return []
      const flags = mirrored.flatMap(([mine, yours, word]) =>
        (ours.value[mine] === word) === (theirs.value[yours] === word)
          ? []
          : `${side}: ${mine} is not what the other knows`,
      )
      const open = new Set([...theirs.context.queued, ...theirs.context.serving].map(placeOf))
      const lost = ours.context.outstanding.map(placeOf).filter((place) => !open.has(place))
      return lost.length === 0
        ? flags
        : [...flags, `${side}: waits for ${lost.join(', ')}, which the other does not owe`]
    })
  }

  /** The words that come are the next that the other side's model said. */
  #heard(side: SideName, words: readonly Word[]): string | undefined {
    const { said } = this.mirrors[otherThan(side)]
    const due = said.splice(0, words.length)
    return shown(due) === shown(words) ? undefined : due.join(', ') || 'nothing'
  }
}

const placeOf = ({ index, begin }: { readonly index: number; readonly begin: number }): string => `${index}/${begin}`
