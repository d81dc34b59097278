import type { AnyActorRef, InspectionEvent, SnapshotFrom } from 'xstate'
import type { PeerInput } from '../../machines/peer/vocabulary/context.ts'
import type { SendEvent } from '../../machines/peer/vocabulary/transport-commands.ts'
import { createStepper, type Stepper } from '../../testing/model/stepper.ts'
import { peerInvariants } from '../../testing/peer/invariants.ts'
import { type PeerModel, type PeerModelEvent, peerModel } from '../../testing/peer/model.ts'
import type { Reference } from './reference.ts'

/** A message as it stands alone on the wire, to be compared. */
export type Word = string

/** The facts beside its states in which a real peer and its model are compared. */
const compared = [
  'outstanding',
  'queued',
  'serving',
  'allowedFast',
  'granted',
  'suggested',
  'pieces',
  'reputation',
  'closeReason',
  'remoteGreeting',
] as const

/**
 * The model of one real peer. It is told what no message brings (wishes, timers, steps of the socket) as the real one is, and of messages
 * what the other side's model has said, in its own words: `hears` compares them with what came. Beside it goes the `reference`, which is
 * made without the chart: what the chart does wrong, its model does, too.
 */
export class Mirror {
  /** What the model has said, word by word, and the other side has not heard. */
  said: Word[] = []
  /** What is wrong so far. */
  readonly faults: string[] = []
  /** How many blocks, rejects and cancels the real peer heard. */
  readonly heard = { piece: 0, reject_request: 0, cancel: 0 }
  readonly reference: Reference
  readonly #hears: (words: readonly Word[]) => string | undefined
  #ref: AnyActorRef | undefined
  #stepper: Stepper<PeerModel> | undefined
  #snapshot: SnapshotFrom<PeerModel> | undefined

  /** `hears` takes the words that the real peer hears, and says what should have come instead; undefined when all is well. */
  constructor(reference: Reference, hears: (words: readonly Word[]) => string | undefined = () => undefined) {
    this.reference = reference
    this.#hears = hears
  }

  /** For the real peer's `inspect`. */
  readonly inspect = (inspected: InspectionEvent): void => {
    if (inspected.type !== '@xstate.event') return
    const { actorRef, event } = inspected
    if (this.#ref === undefined) this.#begin(actorRef as AnyActorRef, event.input)
    else if (actorRef === this.#ref && !event.type.startsWith('xstate.')) this.#take(event as PeerModelEvent)
  }

  get snapshot(): SnapshotFrom<PeerModel> {
    if (this.#snapshot === undefined) throw new Error('nothing was made yet')
    return this.#snapshot
  }

  /** In what the real peer differs from the model and from the reference, and which invariant is broken; it is open all the while. */
  faultsOf(real: SnapshotFrom<PeerModel>): readonly string[] {
    const { value, context } = real
    const model = this.snapshot
    const differing = compared.filter((fact) => shown(context[fact]) !== shown(model.context[fact]))
    return [
      ...this.faults,
      ...(value.handshake === 'open' ? [] : [`is not open, ${shown(context.closeReason)}`]),
      ...this.reference.faultsOf(real),
      ...(shown(value) === shown(model.value) ? [] : [`is ${shown(value)}, and its model ${shown(model.value)}`]),
      ...differing.map((fact) => `${fact} is ${shown(context[fact])}, and in its model ${shown(model.context[fact])}`),
      ...Object.entries(peerInvariants).flatMap(([name, { holds }]) =>
        holds(model) === true ? [] : `broken: ${name}`,
      ),
    ]
  }

  #begin(ref: AnyActorRef, input: PeerInput): void {
    this.#ref = ref
    this.#stepper = createStepper(peerModel, input)
    this.#snapshot = this.#stepper.start().snapshot
  }

  #take(event: PeerModelEvent): void {
    this.reference.take(event)
    if (event.type === 'wire.piece') this.heard.piece += event.blocks.length
    if (event.type === 'wire.reject_request') this.heard.reject_request += event.requests.length
    if (event.type === 'wire.cancel') this.heard.cancel += event.requests.length
    const words = wordsHeard(event)
    const missing = words.length > 0 ? this.#hears(words) : undefined
    if (missing !== undefined) this.faults.push(`heard ${words.join(', ')}, and should have heard ${missing}`)
    const step = this.#stepper?.next(this.snapshot, event)
    this.#snapshot = step?.snapshot
    for (const { type, params } of step?.actions ?? []) {
      const { event: command } = (type === 'xstate.sendTo' ? params : {}) as { readonly event?: SendEvent }
      if (command?.type.startsWith('send.')) this.said.push(...wordsSaid(command))
    }
  }
}

/** As text that is equal where the facts are. */
export const shown = (fact: unknown): string =>
  JSON.stringify(fact, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  ) ?? 'undefined'

type Fields = Readonly<Record<string, unknown>>

/** Each element of a batch is a message of its own on the wire; times are not on it. */
function wordsOf(name: string, { at: _at, heldBack: _heldBack, ...fields }: Fields): Word[] {
  const batch = fields.requests ?? fields.blocks
  return Array.isArray(batch)
    ? batch.map((one) => `${name} ${shown({ ...one, at: undefined })}`)
    : [`${name} ${shown(fields)}`]
}

/** Of handshakes the codec's own tests ask: they say more than the chart knows. */
function wordsSaid(command: SendEvent): Word[] {
  if (command.type === 'send.handshake' || command.type === 'send.extended_handshake') return []
  if (command.type === 'send.haves') return [...command.pieces.indexes()].map((index) => `have ${shown({ index })}`)
  const { type, ...fields } = command
  return wordsOf(type.replace(/^send\.(known_)?/, ''), fields)
}

function wordsHeard(event: PeerModelEvent): Word[] {
  const { type, ...fields } = event as { readonly type: string } & Fields
  if (!type.startsWith('wire.') || /info_hash|peer_id|extended_handshake/.test(type)) return []
  return wordsOf(type.replace('wire.', ''), fields)
}
