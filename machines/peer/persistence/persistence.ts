import { createActor, fromCallback } from 'xstate'
import { fieldByField } from '../../field-by-field.ts'
import { misfit } from '../../persistence/codec.ts'
import type { Persistence } from '../../persistence/restorable.ts'
import { SnapshotError } from '../../persistence/snapshot-error.ts'
import { PieceSet } from '../../piece-set.ts'
import { livingPeer } from '../living.ts'
import { isConnecting } from '../peer-view.ts'
import { initialContext, type PeerContext, type PeerInput, unknownLayout } from '../vocabulary/context.ts'
import type { PeerEvent, PeerView } from '../vocabulary/events.ts'
import type { TransportCommand, TransportRef } from '../vocabulary/transport-commands.ts'
import { factsCodec, type PlainFacts } from './facts-codec.ts'

/** The connection went with the process, or the actor, that had it. */
const lost = { code: 'destroyed', detail: 'it was not restored' } as const

/**
 * The persisted snapshots of a peer: all its facts. A connection is in none of them. A peer that we dial is restored as one that dials anew:
 * `connecting`, choking and not interested both ways, with all that is its own: its address, torrent and layout, what we announce, what it
 * had (until the new connection stands: `remembered`), its reputation and the evidence. One that only the remote can connect again is
 * `closed`, with all its facts, as `transport.destroyed`; unless the input brings its new connection. One that was over stays over.
 */
export const peerPersistence: Persistence<PeerContext, PeerInput, PeerEvent> = {
  living: livingPeer,
  version: 3,
  write: (context) => factsCodec.write(context),
  restore({ at, begin, context, input, next, resolve, value }) {
    const facts = factsCodec.read(context, 'context')
    const { handshake } = value
    const isOver = handshake === 'closing' || handshake === 'closed'
    requireSense(facts, isOver)
    const whole = { ...inputOf(facts), at, ...afresh(facts, input), ...waysOf(input), ...input }
    requireFit(whole)
    if (!isOver && canConnect(whole)) return begin(whole)
    const stood = resolve(value, contextOf(facts, input?.owner))
    return handshake === 'closed' ? stood : next(stood, { type: 'transport.closed', end: lost })
  },
}

/** Whether there is a connection, or one can be had. */
const canConnect = ({ connection, link }: Pick<PeerInput, 'connection' | 'link'>): boolean =>
  connection !== undefined || (link.direction === 'out' && link.kind !== 'hand')

/** Of another layout nothing is known: what the remote has, or we, is not of it. */
function afresh({ layout }: PlainFacts, input: Partial<PeerInput> | undefined): Pick<PeerInput, 'pieces' | 'have'> {
  const other = input?.layout
  if (other === undefined || (other.pieceLength === layout.pieceLength && other.length === layout.length)) return {}
  return { pieces: PieceSet.none(other.pieceCount), have: PieceSet.none(other.pieceCount) }
}

/** Of another address nothing is known: by which transports it is dialled, the input says. */
const waysOf = (input: Partial<PeerInput> | undefined): Pick<PeerInput, 'ways'> =>
  input?.link ? { ways: [input.link.kind] } : {}

/** Throws a SnapshotError where an input has sets of pieces of another size than the layout, or another transport first. */
function requireFit({ have, layout = unknownLayout, link, pieces, ways }: PeerInput): void {
  if (ways && ways[0] !== link.kind)
    throw new SnapshotError('mismatched', `a peer cannot be restored with this input: ${link.kind} is not tried first`)
  if (layout === unknownLayout) return
  for (const [name, set] of Object.entries({ have, pieces })) {
    if (set === undefined || set.size === layout.pieceCount) continue
    const sizes = `${name} has ${set.size} pieces, and the torrent ${layout.pieceCount}`
    throw new SnapshotError('mismatched', `a peer cannot be restored with this input: ${sizes}`)
  }
}

/** What a peer takes along to its next connection. */
const inputOf = (facts: PlainFacts) => ({
  peer: facts.peer,
  link: facts.link,
  ways: [facts.link.kind, ...facts.ways.filter((kind) => kind !== facts.link.kind)],
  reputation: facts.reputation,
  evidence: facts.evidence,
  infoHash: facts.infoHash,
  layout: facts.layout,
  have: facts.have,
  pieces: facts.pieces,
  peerId: facts.peerId,
  encryption: facts.encryption,
  ...(facts.greeting && { greeting: facts.greeting }),
  hasDht: facts.hasDht,
  handshakeOnly: facts.handshakeOnly,
})

/**
 * What a peer was made from that has just begun, whether that was an input or a snapshot, but for its owner and its connection; undefined for
 * one that was over from the start.
 */
export const beginningOf = (view: Pick<PeerView, 'context' | 'value'>): PeerInput | undefined =>
  isConnecting(view) ? { ...inputOf(view.context), at: view.context.now } : undefined

/** What is known of it, where there is no connection: its transport never starts. */
function contextOf(facts: PlainFacts, owner: PeerContext['owner']): PeerContext {
  const transport: TransportRef = createActor(fromCallback<TransportCommand>(() => undefined))
  return fieldByField<PeerContext>({
    ...initialContext({ ...inputOf(facts), at: facts.now }, transport),
    ...facts,
    owner,
  })
}

/** Throws a SnapshotError where facts contradict each other. */
function requireSense({ closeReason, have, layout, pieces }: PlainFacts, isOver: boolean): void {
  const { pieceCount } = layout
  if (pieces.size !== pieceCount) misfit('context.pieces', `has ${pieces.size} pieces, and the torrent ${pieceCount}`)
  // What is announced before the metadata has come nobody has looked at.
  if (have.size !== pieceCount && layout !== unknownLayout)
    misfit('context.have', `has ${have.size} pieces, and the torrent ${pieceCount}`)
  if (isOver !== (closeReason !== undefined)) misfit('context.closeReason', 'and the state do not go together')
}
