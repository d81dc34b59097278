import { createPeer, type Peer, type PeerOptions } from '../../actors/peer.ts'
import { memoryPair } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { torrent } from '../pair.ts'
import { Mirror, shown, type Word } from './mirror.ts'

/** The side that dialled, and the one that accepted. */
export type SideName = 'dialler' | 'accepter'

/** Both. */
export const sideNames = ['dialler', 'accepter'] as const

const otherThan = (side: SideName): SideName => (side === 'dialler' ? 'accepter' : 'dialler')

/** What may differ between walks. */
export interface CoupleOptions {
  readonly encryption: NonNullable<PeerOptions['encryption']>
  /** What each side has, as a bitfield. */
  readonly have: Readonly<Record<SideName, Uint8Array>>
  readonly seed: number
  readonly latencyMs: number
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

  constructor({ encryption, have, seed, latencyMs }: CoupleOptions) {
    const { clock } = this
    const random = seededRandom(seed)
    const [outgoing, incoming] = memoryPair({ clock, random, latencyMs, fragment: true })
    const common = { ...torrent, clock, random, randomBytes: randomBytesFrom(random), encryption }
    this.mirrors = {
      dialler: new Mirror((words) => this.#heard('dialler', words)),
      accepter: new Mirror((words) => this.#heard('accepter', words)),
    }
    const { dialler, accepter } = this.mirrors
    this.peers = {
      dialler: createPeer({ ...common, to: outgoing, have: have.dialler, inspect: dialler.inspect }),
      accepter: createPeer({ ...common, to: incoming, have: have.accepter, inspect: accepter.inspect }),
    }
    clock.advance(1_000)
  }

  /** Whether everything that was said has been heard. */
  get isQuiet(): boolean {
    return sideNames.every((side) => this.mirrors[side].said.length === 0)
  }

  /** What is not as it should be now, in a line each. */
  faults(): string[] {
    const own = sideNames.flatMap((side) =>
      this.mirrors[side].faultsOf(this.peers[side].actor.getSnapshot()).map((fault) => `${side}: ${fault}`),
    )
    return this.isQuiet && sideNames.every((side) => this.#isOpen(side)) ? [...own, ...this.#disagreements()] : own
  }

  /** Ends both, and answers what is left behind. */
  part(): string[] {
    this.clock.advance(2_000)
    const areOpen = sideNames.every((side) => this.#isOpen(side))
    const unheard = sideNames.flatMap((side) =>
      areOpen ? this.mirrors[side].said.map((word) => `${side}: lost ${word}`) : [],
    )
    for (const side of sideNames) this.peers[side].stop()
    this.clock.advance(20_000)
    return this.clock.pending === 0 ? unheard : [...unheard, `${this.clock.pending} timers are left`]
  }

  #isOpen(side: SideName): boolean {
    return this.peers[side].actor.getSnapshot().value.handshake === 'open'
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
