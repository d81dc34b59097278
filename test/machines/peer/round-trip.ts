import { isDeepStrictEqual } from 'node:util'
import { createActor } from 'xstate'
import { isConnecting } from '../../../machines/peer/peer-view.ts'
import { unknownLayout } from '../../../machines/peer/vocabulary/context.ts'
import type { PeerFacts } from '../../../machines/peer/vocabulary/facts.ts'
import { createStepper } from '../../../testing/model/stepper.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import { type PeerModelSnapshot, peerInputs, peerModel } from '../../../testing/peer/model.ts'

const stepper = createStepper(peerModel, peerInputs.dialled)
/** A peer that has just been made. */
const { snapshot: made } = stepper.start()

/** What a peer that dials anew takes along. Everything else is as if it had just been made. */
const own = [
  'peer',
  'link',
  'encryption',
  'peerId',
  'greeting',
  'infoHash',
  'layout',
  'have',
  'hasDht',
  'handshakeOnly',
  'pieces',
  'reputation',
  'evidence',
] as const satisfies readonly (keyof PeerFacts)[]

const withoutActors = ({ owner: _owner, transport: _transport, ...facts }: PeerModelSnapshot['context']) => facts

/** A snapshot, persisted and restored after JSON: what is wrong with that; undefined when nothing is. */
export function problemOfRoundTrip(snapshot: PeerModelSnapshot): string | undefined {
  const persisted = peerModel.getPersistedSnapshot(snapshot)
  const json: unknown = JSON.parse(JSON.stringify(persisted))
  if (!isDeepStrictEqual(json, persisted)) return 'it is not persisted as plain JSON'
  const actor = createActor(peerModel, { snapshot: json as typeof persisted, input: undefined })
  const restored: PeerModelSnapshot = actor.getSnapshot()
  if (restored.status !== 'active') return `it is not restored: ${restored.error}`
  for (const [name, { holds }] of Object.entries(peerInvariants)) if (holds(restored) !== true) return `broken: ${name}`
  return isConnecting(restored) ? problemOfDial(snapshot, restored) : problemOfEnd(snapshot, restored)
}

/** It was over, or only the remote can connect it again: all is as it stood when the connection went. */
function problemOfEnd(snapshot: PeerModelSnapshot, restored: PeerModelSnapshot): string | undefined {
  const end = { code: 'destroyed', detail: 'it was not restored' } as const
  const { snapshot: ended } = stepper.next(snapshot, { type: 'transport.closed', end })
  if (!isDeepStrictEqual(restored.value, ended.value)) return 'it is in other states than without a connection'
  const [facts, expected] = [withoutActors(restored.context), withoutActors(ended.context)]
  return isDeepStrictEqual(facts, expected) ? undefined : 'it knows something else than without a connection'
}

/** It dials anew: what is its own is as it was. */
function problemOfDial({ context }: PeerModelSnapshot, restored: PeerModelSnapshot): string | undefined {
  if (context.link.direction === 'in') return 'it dials, and was accepted'
  const { layout, link, pieces } = context
  const availability = layout === unknownLayout ? 'awaiting_metadata' : pieces.isNone ? 'awaiting_first' : 'remembered'
  const handshake = { connecting: context.ways.length > 1 ? 'staggered' : 'trying' }
  if (!isDeepStrictEqual(restored.value, { ...made.value, handshake, availability }))
    return 'it is in other states than a new peer'
  const kept = Object.fromEntries(own.map((name) => [name, context[name]]))
  const ways = [link.kind, ...context.ways.filter((kind) => kind !== link.kind)]
  const facts = withoutActors(restored.context)
  if (!isDeepStrictEqual(facts, { ...withoutActors(made.context), ...kept, ways })) return 'it knows something else'
  return restored.children.transport === undefined ? 'it has no transport' : undefined
}
