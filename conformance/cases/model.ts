import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import type { Case } from '../case.ts'
import type { Peer } from '../peer.ts'
import type { Scene } from '../scene.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'
import { flagWalks, type WalkStep } from '../walks.ts'
import { answersTo } from './answers.ts'

/** A request of the walk. */
interface Asked {
  readonly request: BlockRequest
  /** How many messages of the client's stood before it. */
  readonly heard: number
  /** Whether it has to have an answer. With Fast each has one that is not taken back; without, while nothing stands against it. */
  isOwed: boolean
}

/** Goes a walk with the client. */
class Walk {
  readonly #peer: Peer
  readonly #scene: Scene
  readonly #asked: Asked[] = []
  /** Said at once with what follows, up to what the client is waited for. */
  #unsaid: Message[] = []
  #isUnchoked = false
  #isInterested = false

  constructor(peer: Peer, scene: Scene) {
    this.#peer = peer
    this.#scene = scene
  }

  async go(path: readonly WalkStep[]): Promise<string> {
    for (const step of path) {
      if (step === 'unchoked') await this.#unchoked()
      else if (step === 'answered') await this.#answered()
      else this.#unsaid.push(this.#messageOf(step))
    }
    await this.#answered()
    await this.#peer.goesOn()
    // For an answer too much.
    await this.#peer.remote.pass(waits.quiet)
    return this.#judged()
  }

  #messageOf(step: Exclude<WalkStep, 'unchoked' | 'answered'>): Message {
    if (step === 'request') {
      const request = this.#nextBlock()
      const isOwed = this.#peer.fast || (this.#isUnchoked && this.#isInterested)
      this.#asked.push({ request, heard: this.#peer.remote.heard.length, isOwed })
      return { name: step, requests: [request] }
    }
    const last = this.#asked.at(-1)
    if (step === 'cancel') {
      if (last) last.isOwed = false
      return { name: step, requests: last ? [last.request] : [] }
    }
    if (step === 'interested' || step === 'not_interested') this.#isInterested = step === 'interested'
    // Data goes to those that are interested (BEP 3).
    if (last && !this.#peer.fast && !this.#isInterested) last.isOwed = false
    return { name: step }
  }

  /** Each request of the walk is of a piece of its own, and none of the first, which a sign may ask for. */
  #nextBlock(): BlockRequest {
    const { layout } = this.#scene
    const index = this.#asked.length + 1
    if (index >= layout.pieceCount) throw new NotSupported('the torrent has too few pieces')
    return layout.blockAt(index, 0)
  }

  #say(): void {
    if (this.#unsaid.length > 0) this.#peer.say(...this.#unsaid)
    this.#unsaid = []
  }

  async #unchoked(): Promise<void> {
    this.#say()
    await this.#peer.unchoke()
    this.#isUnchoked = true
  }

  /** Waits until what is owed has come. */
  async #answered(): Promise<void> {
    this.#say()
    const { remote } = this.#peer
    await remote.until(() => remote.end !== undefined || this.#unanswered().length === 0, waits.answer)
    if (remote.end) throw new Broken(`the client closes (${remote.end.code})`)
    const [missing] = this.#unanswered()
    if (missing) throw new Broken(`the request of piece ${missing.request.index} has no answer`)
  }

  #unanswered(): readonly Asked[] {
    // Without Fast a choke takes back what is pending.
    const isTakenBack = !this.#peer.fast && this.#peer.remote.heard.some(({ name }) => name === 'choke')
    if (isTakenBack) return []
    return this.#asked.filter(({ request, isOwed }) => isOwed && answersTo(this.#peer, request) === 0)
  }

  #judged(): string {
    const { fast, remote } = this.#peer
    const twice = this.#asked.find(({ request }) => answersTo(this.#peer, request) > 1)
    if (twice) throw new Broken(`the request of piece ${twice.request.index} has more than one answer`)
    if (!fast && remote.heard.some(({ name }) => name === 'reject_request'))
      throw new Broken('a reject comes without Fast')
    if (remote.heard.some(({ name }) => name === 'request'))
      throw new Broken('the client requests of one that has nothing')
    const stray = this.#asked.find((asked) => this.#isStray(asked))
    if (stray) throw new Broken(`piece ${stray.request.index} is given while the client chokes`)
    const count = this.#asked.filter(({ request }) => answersTo(this.#peer, request) === 1).length
    return `${count} of ${this.#asked.length} requests are answered`
  }

  /**
   * Whether a request of one that was choked had a piece before an unchoke. One that was under way when a choke came may have it behind
   * that (BEP 6).
   */
  #isStray({ request: { index }, heard: before }: Asked): boolean {
    const { heard } = this.#peer.remote
    const given = heard.findIndex(
      (message) => message.name === 'piece' && message.blocks.some((block) => block.index === index),
    )
    const isAllowedFast = heard.some((message) => message.name === 'allowed_fast' && message.index === index)
    const said = heard.slice(0, before).findLast(({ name }) => name === 'choke' || name === 'unchoke')
    const isUnchoked = said?.name === 'unchoke' || heard.slice(before, given).some(({ name }) => name === 'unchoke')
    return given >= 0 && !isAllowedFast && !isUnchoked
  }
}

const walks = flagWalks()
const needsUnchoke = (path: readonly WalkStep[]): boolean => path.includes('unchoked')

const choked = walks
  .filter((path) => !needsUnchoke(path))
  .flatMap((path) =>
    [true, false].map(
      (fast): Case => ({
        name: `model.${fast ? 'fast' : 'plain'}.${path.join('.')}`,
        bep: fast ? 6 : 3,
        rule: fast
          ? 'Whatever the flags are, each request has one answer: a reject while the client chokes, unless the piece is allowed fast.'
          : 'Whatever the other flags are, no request is answered while the client chokes.',
        needs: fast ? ['seed', 'fast'] : ['seed'],
        run: async (scene) => new Walk(await scene.meet({ features: { fast } }), scene).go(path),
      }),
    ),
  )

const unchoked = walks.filter(needsUnchoke).map(
  (path): Case => ({
    name: `model.${path.join('.')}`,
    bep: 3,
    rule: 'Whether we choke the client says nothing about what it sends us: each request is answered, once, that is not taken back.',
    needs: ['seed'],
    beside: 'slot',
    run: async (scene) => new Walk(await scene.meet(), scene).go(path),
  }),
)

/** Walks that are generated from the chart of a peer: its flags, and requests in each state of them (BEP 3, BEP 6). */
export const model: readonly Case[] = [...choked, ...unchoked]
