import type { ActorRefLike, AnyEventObject, InspectionEvent } from 'xstate'
import { beginningOf } from '../machines/peer/persistence/persistence.ts'
import type { PeerView } from '../machines/peer/vocabulary/events.ts'
import { jsonOf, type Manner } from './values.ts'

/** An event that a peer took, with all that it did in return: one step of its chart. What stands here as text is JSON. */
export interface Step {
  /** From 0, which is its making: `xstate.init`. */
  readonly number: number
  readonly at: number
  readonly type: string
  readonly event: string
  /** What it said, in order: to its transport, and as news to its torrent. */
  readonly said: readonly string[]
  /** The regions that are in another state now. */
  readonly state: RegionStates
}

/** The state of regions: a word, or a word and what it is within. */
export type RegionStates = Readonly<Record<string, unknown>>

/** What becomes of the steps. `Line` is what is known of a connection. */
export interface Hearer<Line> {
  readonly manner: Manner
  now(): number
  /** A peer is made. */
  opened(): Line
  /** Answers whether more of it is wanted. */
  step(line: Line, step: Step): boolean
  /** Its actor has ended. */
  ended(line: Line, at: number): void
  /** A torrent has done something that changed its states. */
  torrent(actor: object, at: number, type: string, states: RegionStates): void
}

/** What a peer has taken and not finished. */
interface Pending {
  readonly at: number
  readonly type: string
  readonly event: string
}

interface Listening<Line> {
  readonly line: Line
  readonly pending: Pending[]
  said: string[]
  steps: number
  states: RegionStates
}

/** The prefix of what XState tells a parent when a child's code throws. */
const crash = 'xstate.error.actor.'

/**
 * Makes steps of inspection events, of any number of systems of actors. An event counts when it is done, with what was said meanwhile: the
 * events of a peer are done in the order in which they were sent to it.
 */
export class Tap<Line> {
  readonly #hearer: Hearer<Line>
  readonly #peers = new WeakMap<object, Listening<Line>>()

  constructor(hearer: Hearer<Line>) {
    this.#hearer = hearer
  }

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.event') this.#sent(event)
    else if (event.type === '@xstate.snapshot') this.#done(event)
  }

  #sent({ actorRef, event, sourceRef }: Extract<InspectionEvent, { type: '@xstate.event' }>): void {
    const taker = this.#peers.get(actorRef) ?? this.#begin(actorRef, event.type)
    if (taker) {
      const { manner } = this.#hearer
      const taken = event.type === 'xstate.init' ? withWholeInput(event, actorRef) : event
      taker.pending.push({ at: this.#hearer.now(), type: event.type, event: jsonOf(taken, 'heard', manner) })
      return
    }
    const speaker = sourceRef && this.#peers.get(sourceRef)
    if (!speaker) return
    const { type } = event
    if (type.startsWith(crash)) this.#crashed(sourceRef, speaker, event.error)
    else if (!type.startsWith('xstate.'))
      speaker.said.push(jsonOf(event, type.startsWith('peer.') ? 'told' : 'sent', this.#hearer.manner))
  }

  #begin(actorRef: object, type: string): Listening<Line> | undefined {
    if (type !== 'xstate.init' || chartOf(actorRef) !== 'peer') return undefined
    const made = { line: this.#hearer.opened(), pending: [], said: [], steps: 0, states: {} }
    this.#peers.set(actorRef, made)
    return made
  }

  #done({ actorRef, event, snapshot }: Extract<InspectionEvent, { type: '@xstate.snapshot' }>): void {
    const peer = this.#peers.get(actorRef)
    if (!peer) {
      if (chartOf(actorRef) === 'torrent')
        this.#hearer.torrent(actorRef, this.#hearer.now(), event.type, statesOf(snapshot))
      return
    }
    if (event.type === 'xstate.stop') this.#end(actorRef, peer)
    else this.#finish(actorRef, peer, statesOf(snapshot))
  }

  #finish(actorRef: object, peer: Listening<Line>, states: RegionStates): void {
    const done = peer.pending.shift()
    if (!done) return
    const state = changes(peer.states, states)
    const { said } = peer
    peer.said = []
    peer.states = states
    const goesOn = this.#hearer.step(peer.line, { number: peer.steps++, ...done, said, state })
    if (!goesOn) this.#peers.delete(actorRef)
  }

  #crashed(actorRef: object, peer: Listening<Line>, error: unknown): void {
    peer.said.push(crashJson(error, this.#hearer.manner))
    this.#finish(actorRef, peer, peer.states)
    if (this.#peers.has(actorRef)) this.#end(actorRef, peer)
  }

  #end(actorRef: object, { line }: Listening<Line>): void {
    this.#peers.delete(actorRef)
    this.#hearer.ended(line, this.#hearer.now())
  }
}

/**
 * What is recorded of a peer whose code threw, among what it said: with addresses replaced the kind of error alone, as its text may quote
 * anything, and a replay throws it again.
 */
export function crashJson(error: unknown, { privacy }: Manner): string {
  const kind = error instanceof Error ? error.name : typeof error
  const text = error instanceof Error ? error.message : String(error)
  return JSON.stringify({ type: 'crashed', error: privacy.dropsUnknown ? kind : text })
}

const none: RegionStates = {}

/** Those of `now` that are other than in `before`. */
export function changes(before: RegionStates, now: RegionStates): RegionStates {
  let changed: Record<string, unknown> | undefined
  for (const region of Object.keys(now)) {
    if (isSameState(before[region], now[region])) continue
    changed ??= {}
    changed[region] = now[region]
  }
  return changed ?? none
}

/** Whether two states of a region are the same. */
export const isSameState = (one: unknown, other: unknown): boolean =>
  one === other ||
  (typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other))

function chartOf(actorRef: object): unknown {
  const logic: unknown = 'logic' in actorRef ? actorRef.logic : undefined
  return typeof logic === 'object' && logic !== null && 'id' in logic ? logic.id : undefined
}

/** With what makes a peer alike, where it is restored from a snapshot and its input is a part, or nothing. */
function withWholeInput(event: AnyEventObject, ref: ActorRefLike): AnyEventObject {
  if (event.input?.peerId !== undefined) return event
  const view: PeerView = ref.getSnapshot()
  const input = beginningOf(view)
  return input ? { ...event, input: { ...input, owner: view.context.owner } } : event
}

function statesOf(snapshot: object): RegionStates {
  const value: unknown = 'value' in snapshot ? snapshot.value : undefined
  return typeof value === 'object' && value !== null ? { ...value } : none
}
