// The public surface of peerchart: re-exports only.

export {
  bencoded,
  defineExtension,
  type ExtensionDefinition,
} from './actors/extensions/extension.ts'
export type { FileChoice, FileOfChoice } from './actors/file-choice.ts'
export type { TorrentFileHandle } from './actors/file-handles.ts'
export type { FileRange } from './actors/file-stream.ts'
export { createPeer, type Peer, type PeerOptions } from './actors/peer.ts'
export type { NewPeerTorrent, PeerProtocol, PeerTorrent, ProtocolStage } from './actors/peer-admission.ts'
export { createPeerId } from './actors/peer-identity.ts'
export { provideTorrent, type TorrentServices } from './actors/provide-torrent.ts'
export type { Recorder } from './actors/recording.ts'
export type { Scrape } from './actors/scraping.ts'
export {
  createSession,
  type Session,
  type SessionActor,
  type SessionOptions,
  type SessionTorrentOptions,
} from './actors/session.ts'
export { createTicker, type Ticker } from './actors/ticker.ts'
export { createTorrent, type Torrent, type TorrentActor } from './actors/torrent.ts'
export type { TorrentOptions, TorrentSettings } from './actors/torrent-options.ts'
export type { TorrentPeer } from './actors/torrent-peer.ts'
export type { MagnetSource, MetainfoSource, TorrentSource } from './actors/torrent-source.ts'
export type { SessionStatistics } from './actors/totals.ts'
export { transportLogic } from './actors/transport.ts'
export type { TransportServices } from './actors/transport-services.ts'
export { type UtpOptions, utpTransport } from './actors/utp-transport.ts'
export { drawMachine } from './diagram/diagram.ts'
export { forStately } from './inspector/for-stately.ts'
export type { Inspector, InspectorOptions } from './inspector/inspector.ts'
export { startInspector } from './inspector/open.ts'
export { type Explainable, explain } from './machines/explain/explain.ts'
export { formatReason } from './machines/explain/format-reason.ts'
export {
  type Explanation,
  type FreeingEvent,
  type Reason,
  type ReasonCode,
  type ReasonKind,
  reasonKinds,
} from './machines/explain/reasons.ts'
export type { TorrentView } from './machines/explain/torrent.ts'
export type {
  Extension,
  ExtensionCodec,
  ExtensionHandlers,
  ExtensionHost,
  ExtensionPeer,
} from './machines/extensions/extension.ts'
export { bytesToHex, hexToBytes } from './machines/hex.ts'
export { Layout } from './machines/layout.ts'
export type { TransportInput } from './machines/peer/actions/vocabulary.ts'
export { type AttemptSummary, formatAttempts } from './machines/peer/attempts.ts'
export { peerMachine } from './machines/peer/regions/peer.ts'
export * as selectors from './machines/peer/selectors.ts'
export { type CloseReason, formatCloseReason } from './machines/peer/vocabulary/close-reason.ts'
export type { PeerContext, PeerInput } from './machines/peer/vocabulary/context.ts'
export { delays, limits } from './machines/peer/vocabulary/delays.ts'
export type {
  PeerEvent,
  PeerNews,
  PeerRef,
  PeerView,
  TorrentCommand,
  TorrentRef,
} from './machines/peer/vocabulary/events.ts'
export type { Evidence, EvidenceRule, Grounds } from './machines/peer/vocabulary/evidence.ts'
export type { EncryptionPolicy } from './machines/peer/vocabulary/facts.ts'
export type { Link } from './machines/peer/vocabulary/link.ts'
export {
  type ReputationRule,
  type RuleName,
  reputationBounds,
  reputationRules,
} from './machines/peer/vocabulary/reputation-rules.ts'
export type { TransportCommand, TransportRef } from './machines/peer/vocabulary/transport-commands.ts'
export { decodeClient } from './machines/peer-id.ts'
export { SnapshotError, type SnapshotRefusal } from './machines/persistence/snapshot-error.ts'
export { PieceSet } from './machines/piece-set.ts'
export type { SessionEmitted } from './machines/session/events.ts'
export { sessionMachine } from './machines/session/session.ts'
export type {
  ChokeAlgorithm,
  ChokeCandidate,
  ChokeDecision,
  ChokeRecord,
  ChokeRecordEntry,
  ChokeSituation,
  ChokeSlot,
} from './machines/torrent/choking/algorithm/choke-algorithm.ts'
export { type ChokeReason, chokeRound } from './machines/torrent/choking/algorithm/choke-round.ts'
export { ConnectionLimit } from './machines/torrent/connections/connection-limit.ts'
export type { TorrentEvent } from './machines/torrent/states/torrent-event.ts'
export { torrentMachine } from './machines/torrent/torrent.ts'
export { Blacklist } from './machines/torrent/trust/blacklist.ts'
export type { BlacklistEntry, BlacklistJson } from './machines/torrent/trust/blacklist-entry.ts'
export type {
  DhtSummary,
  PeerSummary,
  TorrentEmitted,
  TorrentProgress,
  TorrentState,
  TrackerSummary,
  WebSeedSummary,
} from './machines/torrent/vocabulary/emitted.ts'
export type { Listening } from './machines/torrent/vocabulary/events.ts'
export type { FilePriority } from './machines/torrent/vocabulary/file-priority.ts'
export { openRecorder, replayRecord } from './recorder/open.ts'
export type { RecorderOptions } from './recorder/recorder.ts'
export type { Divergence, Replayed, ReplayedConnection, ReplayOptions } from './recorder/replay.ts'
export type { RecordReplayed } from './recorder/replay-file.ts'
export { type CreateOptions, createMetainfo } from './storage/create.ts'
export type { FileStamp } from './storage/file-stamps.ts'
export { isMagnet, type Magnet, parseMagnet } from './storage/magnet.ts'
export { openMemoryStore } from './storage/memory-store.ts'
export { type Metainfo, MetainfoError, metainfoBytesMax, parseMetainfo, readMetainfo } from './storage/metainfo.ts'
export { openFileStore } from './storage/open-file-store.ts'
export { PieceStorage } from './storage/piece-storage.ts'
export { renameFiles } from './storage/rename-files.ts'
export { ResumeError, type ResumeRefusal } from './storage/resume-data.ts'
export { type ResumeStore, resumeFile } from './storage/resume-file.ts'
export { readResumeName } from './storage/resume-name.ts'
export { StorageError } from './storage/storage-error.ts'
export type { ChunkStore, FileWatch } from './storage/store.ts'
export { findWrongFiles, type WrongFile } from './storage/wrong-files.ts'
export { formatAddress, parseAddress } from './transport/address.ts'
export { type Bandwidth, createBandwidth, type RateLimits } from './transport/bandwidth/bandwidth.ts'
export type { ByHand } from './transport/by-hand.ts'
export type { Clock } from './transport/clock.ts'
export type { DatagramHandler, DatagramSocket, Datagrams } from './transport/datagrams/datagrams.ts'
export {
  createDatagramNetwork,
  type DatagramNetwork,
  type DatagramNetworkOptions,
} from './transport/datagrams/simulated.ts'
export type { PathOptions } from './transport/datagrams/simulated-path.ts'
export {
  createDht,
  type Dht,
  type DhtOptions,
  type SearchOutcome,
  type SearchReports,
} from './transport/dht/dht.ts'
export { connectionOver, type Line, type LineEnds, type LineReports } from './transport/line.ts'
export { createMemoryNetwork, type MemoryLinkOptions, memoryPair } from './transport/memory.ts'
export type { RandomBytes } from './transport/mse/key-exchange.ts'
export { SkeyTable } from './transport/mse/skey-table.ts'
export { type Random, randomBytesFrom, seededRandom } from './transport/random.ts'
export { SimulatedClock } from './transport/simulated-clock.ts'
export { systemClock } from './transport/system-clock.ts'
export { type TcpOptions, tcpTransport } from './transport/tcp.ts'
export type { HttpAnswer, HttpGet, TrackerHttp } from './transport/tracker/http.ts'
export type { TrackerNetwork } from './transport/tracker/network.ts'
export { readTrackerUrl } from './transport/tracker/tracker-url.ts'
export {
  type Address,
  type Connection,
  type ConnectionHandler,
  type ListenerHandle,
  type Transport,
  type TransportEnd,
  type TransportKind,
  writeHighWaterBytes,
} from './transport/transport.ts'
export type { WebSeedFailure, WebSeedFault } from './transport/web-seed/failure.ts'
export type {
  HttpLane,
  OpenHttpLane,
  RangeGet,
  RangeHead,
  RangeRequest,
  RangeTold,
} from './transport/web-seed/http.ts'
export type { WebSeedNetwork } from './transport/web-seed/network.ts'
export { readWebSeedUrl } from './transport/web-seed/web-seed-url.ts'
export { pexFlags } from './transport/wire/extended/pex-flags.ts'
export type { Block, BlockRequest } from './transport/wire/messages.ts'
