import fc, { type Arbitrary, type Command } from 'fast-check'
import type { SnapshotFrom } from 'xstate'
import type { PeerEvent } from '../../machines/peer/vocabulary/events.ts'
import type { PeerModel } from '../../testing/peer/model.ts'
import { contentOf, layout } from '../pair.ts'
import { type Couple, type SideName, sideNames } from './couple.ts'

type Snapshot = SnapshotFrom<PeerModel>

/** What a step does at the state its side is in; undefined: nothing that makes sense there. */
type Act = (snapshot: Snapshot, now: number) => PeerEvent | undefined

/** A wish of one side's torrent. */
class Wish implements Command<Couple, Couple> {
  readonly #side: SideName
  readonly #text: string
  readonly #act: Act

  constructor(side: SideName, text: string, act: Act) {
    this.#side = side
    this.#text = text
    this.#act = act
  }

  check({ mirrors, clock }: Readonly<Couple>): boolean {
    const { snapshot } = mirrors[this.#side]
    return snapshot.value.handshake === 'open' && this.#act(snapshot, clock.now()) !== undefined
  }

  run(couple: Couple): void {
    const event = this.#act(couple.mirrors[this.#side].snapshot, couple.clock.now())
    if (event) couple.peers[this.#side].actor.send(event)
    requireNoFault(couple, this)
  }

  toString(): string {
    return `${this.#side} ${this.#text}`
  }
}

/** Time passes. */
class Pass implements Command<Couple, Couple> {
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  check(): boolean {
    return true
  }

  run(couple: Couple): void {
    couple.clock.advance(this.#ms)
    requireNoFault(couple, this)
  }

  toString(): string {
    return `${this.#ms} ms pass`
  }
}

function requireNoFault(couple: Couple, command: Command<Couple, Couple>): void {
  const faults = couple.faults()
  if (faults.length > 0) throw new Error([`behind "${command}":`, ...faults].join('\n'))
}

const piece = fc.nat(layout.pieceCount - 1)
const block = piece.chain((index) => fc.nat(layout.blocksIn(index) - 1).map((nth) => layout.blockAt(index, nth)))
const side = fc.constantFrom(...sideNames)

const isSame =
  (one: { readonly index: number; readonly begin: number }) =>
  (other: { readonly index: number; readonly begin: number }): boolean =>
    one.index === other.index && one.begin === other.begin

const says = (type: 'torrent.choke' | 'torrent.unchoke' | 'torrent.interested' | 'torrent.not_interested') =>
  side.map((one) => new Wish(one, type.replace('torrent.', ''), () => ({ type })))

const asks = fc
  .tuple(side, block)
  .map(
    ([one, wanted]) =>
      new Wish(one, `request ${wanted.index}/${wanted.begin}`, ({ value, context }, at) =>
        context.pieces.has(wanted.index) &&
        !context.outstanding.some(isSame(wanted)) &&
        (value.peer_choking === 'not_choking' || context.allowedFast.includes(wanted.index))
          ? { type: 'torrent.request', requests: [wanted], at }
          : undefined,
      ),
  )

const takesBack = fc.tuple(side, fc.nat(9)).map(
  ([one, nth]) =>
    new Wish(one, `cancel its request ${nth}`, ({ context: { outstanding } }) => {
      const request = outstanding[nth % outstanding.length]
      if (!request) return undefined
      const { index, begin, length } = request
      return { type: 'torrent.cancel', requests: [{ index, begin, length }] }
    }),
)

const answers = fc.tuple(side, fc.nat(9), fc.boolean()).map(
  ([one, nth, gives]) =>
    new Wish(one, `${gives ? 'give' : 'reject'} what it owes, ${nth}`, ({ value, context: { serving } }) => {
      const request = serving[nth % serving.length]
      if (!request) return undefined
      if (gives) return { type: 'torrent.piece', blocks: [contentOf(request)] }
      return value.am_choking === 'not_choking' ? { type: 'torrent.reject', requests: [request] } : undefined
    }),
)

const about = (word: string, act: (index: number) => PeerEvent) =>
  fc.tuple(side, piece).map(([one, index]) => new Wish(one, `${word} ${index}`, () => act(index)))

const extends_ = fc
  .tuple(side, fc.uint8Array({ minLength: 1, maxLength: 40 }))
  .map(
    ([one, payload]) =>
      new Wish(one, `extended ${Buffer.from(payload).toString('hex')}`, ({ context }) =>
        (context.remoteGreeting?.m?.pc_walk ?? 0) > 0
          ? { type: 'torrent.extended', name: 'pc_walk', payload }
          : undefined,
      ),
  )

/** All that a walk may do. */
export const walkCommands: readonly Arbitrary<Command<Couple, Couple>>[] = [
  says('torrent.choke'),
  says('torrent.unchoke'),
  says('torrent.unchoke'),
  says('torrent.interested'),
  says('torrent.not_interested'),
  asks,
  asks,
  asks,
  takesBack,
  answers,
  answers,
  about('have', (index) => ({ type: 'torrent.have', index })),
  about('allow_fast', (index) => ({ type: 'torrent.allow_fast', index })),
  about('suggest', (index) => ({ type: 'torrent.suggest', index })),
  fc
    .tuple(side, fc.nat(3))
    .map(
      ([one, id]) =>
        new Wish(one, `greet, pc_walk is ${id}`, () => ({ type: 'torrent.greet', greeting: { m: { pc_walk: id } } })),
    ),
  extends_,
  fc.constantFrom(1, 30, 100, 1_000, 5_000).map((ms) => new Pass(ms)),
  fc.constantFrom(100, 1_000).map((ms) => new Pass(ms)),
]
