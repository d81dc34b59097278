// What tests of your own need: the package's entry `peerchart/testing`.

export { memoryPair } from '../transport/memory.ts'
export type { CryptoMethod } from '../transport/mse/crypto-method.ts'
export type { BencodeInput } from '../transport/wire/bencode.ts'
export type { ExtendedHandshake } from '../transport/wire/extended/handshake.ts'
export type { Features } from '../transport/wire/handshake.ts'
export type { Message, MessageName } from '../transport/wire/messages.ts'
export type { WireViolation } from '../transport/wire/violation.ts'
export {
  type DhtModel,
  type DhtModelEvent,
  type DhtModelSnapshot,
  dhtEvents,
  dhtInputs,
  dhtInvariants,
  dhtModel,
  dhtTraversal,
} from './dht/model.ts'
export { type Count, type Coverage, type CoverageRecorder, createCoverage } from './model/coverage.ts'
export { type DelayOver, type DelaysAsEvents, delaysAsEvents } from './model/delays-as-events.ts'
export {
  type Edge,
  type Exploration,
  type ExploredState,
  type ExploreOptions,
  explore,
  type Invariant,
  pathTo,
} from './model/explore.ts'
export {
  describePairs,
  type PairOptions,
  type PairVerdict,
  type StateEventPairs,
  stateEventPairs,
} from './model/pairs.ts'
export { report } from './model/report.ts'
export { createStepper, type Step, type Stepper } from './model/stepper.ts'
export { tour } from './model/tour.ts'
export { createTraversal, type Traversal } from './model/traversal.ts'
export { createWatch, type Rule, type Watch } from './model/watch.ts'
export { peerEvents } from './peer/events.ts'
export { peerInvariants } from './peer/invariants.ts'
export {
  isSensiblePeerEvent,
  type PeerModel,
  type PeerModelEvent,
  type PeerModelSnapshot,
  peerInputs,
  peerInputsOfSeveralWays,
  peerModel,
  peerStateKey,
  peerTraversal,
} from './peer/model.ts'
export type { HeardHandshake } from './remote/bare-remote.ts'
export { encodeMessages } from './remote/encode-messages.ts'
export { extendedHandshake, extendedMessage } from './remote/extended-messages.ts'
export type { Heard } from './remote/heard.ts'
export { type Expectation, type RemoteOptions, ScriptedRemote } from './remote/scripted-remote.ts'
export {
  isSensibleSessionEvent,
  type SessionModel,
  type SessionModelEvent,
  type SessionModelSnapshot,
  sessionEvents,
  sessionInputs,
  sessionInvariants,
  sessionModel,
  sessionTraversal,
} from './session/model.ts'
export { sessionRules } from './session/rules.ts'
export { diskFull, failingStore, hangingStore, heldStore, lyingStore, readOnlyStore } from './stores.ts'
export { torrentEvents } from './torrent/events.ts'
export { torrentInvariants } from './torrent/invariants.ts'
export {
  isSensibleTorrentEvent,
  type TorrentModel,
  type TorrentModelEvent,
  type TorrentModelSnapshot,
  torrentInputs,
  torrentModel,
  torrentTraversal,
} from './torrent/model.ts'
export { torrentRules } from './torrent/rules.ts'
export {
  type TrackerModel,
  type TrackerModelEvent,
  type TrackerModelSnapshot,
  trackerEvents,
  trackerInputs,
  trackerInvariants,
  trackerModel,
  trackerTraversal,
} from './tracker/model.ts'
export type { TransportFailure, TransportPair, TransportSuite } from './transport/suite.ts'
export type { TestCase } from './transport/test-case.ts'
export { transportCases } from './transport/transport-cases.ts'
export {
  type UtpConnectionModel,
  type UtpConnectionModelEvent,
  type UtpConnectionModelSnapshot,
  utpConnectionEvents,
  utpConnectionInvariants,
  utpConnectionModel,
  utpConnectionTraversal,
} from './utp-connection/model.ts'
export {
  type WebSeedModel,
  type WebSeedModelEvent,
  type WebSeedModelSnapshot,
  webSeedEvents,
  webSeedInputs,
  webSeedInvariants,
  webSeedModel,
  webSeedTraversal,
} from './web-seed/model.ts'
