import fc, { type Arbitrary, type Command } from 'fast-check'
import type { SnapshotFrom } from 'xstate'
import type { PeerEvent } from '../../machines/peer/vocabulary/events.ts'
import type { PeerModel } from '../../testing/peer/model.ts'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import { contentOf, layout } from '../pair.ts'
import { type Couple, otherThan, type SideName, sideNames } from './couple.ts'

type Snapshot = SnapshotFrom<PeerModel>

/** What a step does at the state its side is in; undefined: nothing that makes sense there. */
type Act = (snapshot: Snapshot, now: number) => PeerEvent | undefined

/** Requests stay younger: the reference does not know which of them are lost while others are answered (`lostRequestMs`). */
const oldestRequestMs = 50_000

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
    return this.#act(mirrors[this.#side].snapshot, clock.now()) !== undefined
  }

  run(couple: Couple): void {
    const event = this.#act(couple.mirrors[this.#side].snapshot, couple.clock.now())
    if (event) couple.peers[this.#side].actor.send(event)
    couple.requireNoFault(`behind "${this}"`)
  }

  toString(): string {
    return `${this.#side} ${this.#text}`
  }
}

/** One side answers what the other has asked: when it has come, if need be. */
class Answer implements Command<Couple, Couple> {
  readonly #side: SideName
  readonly #nth: number
  readonly #gives: boolean

  constructor(side: SideName, nth: number, gives: boolean) {
    this.#side = side
    this.#nth = nth
    this.#gives = gives
  }

  check({ mirrors }: Readonly<Couple>): boolean {
    const owes = mirrors[this.#side].snapshot.context.serving.length > 0
    return owes || mirrors[otherThan(this.#side)].snapshot.context.outstanding.length > 0
  }

  run(couple: Couple): void {
    couple.letArrive()
    const { value, context } = couple.mirrors[this.#side].snapshot
    const request = context.serving[this.#nth % context.serving.length]
    const { actor } = couple.peers[this.#side]
    if (request && this.#gives) actor.send({ type: 'torrent.piece', blocks: [contentOf(request)] })
    else if (request && value.am_choking === 'not_choking') actor.send({ type: 'torrent.reject', requests: [request] })
    couple.requireNoFault(`behind "${this}"`)
  }

  toString(): string {
    return `${this.#side} ${this.#gives ? 'gives' : 'rejects'} what it owes, ${this.#nth}`
  }
}

/** Time passes. */
class Pass implements Command<Couple, Couple> {
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  check({ clock, mirrors }: Readonly<Couple>): boolean {
    return sideNames.every((side) => {
      const [oldest] = mirrors[side].snapshot.context.outstanding
      return oldest === undefined || clock.now() + this.#ms - oldest.at < oldestRequestMs
    })
  }

  run(couple: Couple): void {
    couple.clock.advance(this.#ms)
    couple.requireNoFault(`behind "${this}"`)
  }

  toString(): string {
    return `${this.#ms} ms pass`
  }
}

const piece = fc.nat(layout.pieceCount - 1)
const blocks = Array.from({ length: layout.pieceCount }, (_, index) =>
  Array.from({ length: layout.blocksIn(index) }, (_, nth) => layout.blockAt(index, nth)),
).flat()
const side = fc.constantFrom(...sideNames)

const says = (type: 'torrent.choke' | 'torrent.unchoke' | 'torrent.interested' | 'torrent.not_interested') =>
  side.map((one) => new Wish(one, type.replace('torrent.', ''), () => ({ type })))

/** What a torrent may ask for now. */
const askable = ({ value, context }: Snapshot): BlockRequest[] =>
  blocks.filter(
    ({ index, begin }) =>
      context.pieces.has(index) &&
      (value.peer_choking === 'not_choking' || context.allowedFast.includes(index)) &&
      !context.outstanding.some((request) => request.index === index && request.begin === begin),
  )

const asks = fc.tuple(side, fc.nat(blocks.length - 1), fc.integer({ min: 1, max: 3 })).map(
  ([one, nth, count]) =>
    new Wish(one, `request ${count} of those it may, from ${nth}`, (snapshot, at) => {
      const may = askable(snapshot)
      const from = nth % may.length
      return may.length === 0 ? undefined : { type: 'torrent.request', requests: may.slice(from, from + count), at }
    }),
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

const answers = fc
  .tuple(side, fc.nat(9), fc.constantFrom(true, true, false))
  .map(([one, nth, gives]) => new Answer(one, nth, gives))

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

/** All that a walk may do: what is here several times, as often as that. */
export const walkCommands: readonly Arbitrary<Command<Couple, Couple>>[] = [
  says('torrent.choke'),
  says('torrent.unchoke'),
  says('torrent.unchoke'),
  says('torrent.unchoke'),
  says('torrent.interested'),
  says('torrent.not_interested'),
  ...Array<typeof asks>(8).fill(asks),
  ...Array<typeof takesBack>(2).fill(takesBack),
  ...Array<typeof answers>(5).fill(answers),
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
