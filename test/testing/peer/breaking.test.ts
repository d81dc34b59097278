import { expect, test } from 'vitest'
import { unknownLayout } from '../../../machines/peer/vocabulary/context.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import { createStepper } from '../../../testing/model/stepper.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import {
  infoHash,
  type PeerModelEvent,
  type PeerModelSnapshot,
  peerInputs,
  peerModel,
  theirPeerId,
} from '../../../testing/peer/model.ts'

const block = { index: 0, begin: 0, length: 16_384 }
const way: readonly PeerModelEvent[] = [
  { type: 'transport.opened' },
  { type: 'wire.info_hash', infoHash, features: { extended: true, fast: true, dht: false } },
  { type: 'wire.peer_id', peerId: theirPeerId },
  { type: 'torrent.admit', have: PieceSet.none(2) },
  { type: 'torrent.close', code: 'stopped' },
]

/** A peer after so many of these events. */
function after(count: number): PeerModelSnapshot {
  const stepper = createStepper(peerModel, peerInputs.dialled)
  let now = stepper.start().snapshot
  for (const event of way.slice(0, count)) now = stepper.next(now, event).snapshot
  return now
}

const [dialling, open, over] = [after(0), after(4), after(5)]

/** What a snapshot is changed to, and which; that of an open connection without. */
interface Fault {
  readonly from?: PeerModelSnapshot
  readonly value?: object
  readonly context?: object
  readonly features?: object
}

/** By invariant. */
const faults: Readonly<Record<string, Fault>> = {
  'no flag moves before open': { from: dialling, value: { am_choking: 'not_choking' } },
  'what is remembered of a peer is known until its connection stands, and no longer': {
    value: { availability: 'remembered' },
  },
  'a dial has an attempt under way, and tries no transport twice': {
    from: dialling,
    context: { failedAttempts: [{ kind: 'memory' }, { kind: 'memory' }] },
  },
  'staggered means that another transport follows': {
    from: dialling,
    value: { handshake: { connecting: 'staggered' } },
  },
  'nothing is asked or served before open': { from: dialling, value: { requests: 'waiting' } },
  'without Fast nothing is requested while choked unless allowed fast': {
    features: { fast: false },
    context: { outstanding: [block] },
  },
  'nothing is served while choking but what was granted': { context: { queued: [block] } },
  'the metadata is awaited as long as it is unknown': { value: { availability: 'awaiting_metadata' } },
  'what is said early is kept no longer than until the metadata comes': { context: { early: {} } },
  'without the metadata no piece is known, granted, suggested, asked for or served': {
    context: { layout: unknownLayout, queued: [block] },
  },
  'Fast is not used without Fast': { features: { fast: false }, context: { allowedFast: [0] } },
  'nothing is extended without BEP 10': { features: { extended: false }, value: { extended: 'ready' } },
  'ready means that the remote has greeted': { value: { extended: 'ready' } },
  'a flood implies closing or closed, and too much talk': { value: { talk: 'flood' } },
  'banned implies closing or closed': { value: { reputation: 'banned' } },
  'banned means a reputation of 50 or below': { context: { reputation: 50 } },
  'whatever is over has its reason, and nothing else has one': { from: over, context: { closeReason: undefined } },
  'open implies a settled encryption, a torrent and a peer id': { context: { infoHash: '' } },
  'required never comes to plaintext': { context: { encryption: 'required' } },
  'no negotiation goes on when it is over': { from: over, value: { encryption: 'selecting' } },
  'a failed encryption is the end': { value: { encryption: 'failed' } },
  'what is in flight is a set: each block that is outstanding, once': { context: { outstanding: [block, block] } },
  'idle means that nothing is outstanding': { context: { outstanding: [block] } },
  'idle means that no request of the remote is open': { context: { queued: [block] } },
  'complete means every piece': { value: { availability: 'complete' } },
  'what a remote makes us hold is bounded': { context: { suggested: Array.from({ length: 10_000 }, () => 0) } },
}

test('the connection is open where it should be', () => {
  expect([open.value.handshake, over.value.handshake]).toEqual(['open', 'closing'])
})

test('each invariant of a peer has its fault here', () => {
  expect(Object.keys(faults).sort()).toEqual(Object.keys(peerInvariants).sort())
})

test.each(Object.entries(faults))('it is noticed where it is broken that %s', (name, fault) => {
  const { context, features, from = open, value } = fault
  const holds = peerInvariants[name]?.holds
  expect(holds?.(from)).toBe(true)
  const changed = { ...from.context, ...context, features: { ...from.context.features, ...features } }
  const faulty = Object.assign({ ...from }, { value: { ...from.value, ...value }, context: changed })
  expect(holds?.(faulty)).not.toBe(true)
})
