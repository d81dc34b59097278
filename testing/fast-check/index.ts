// Arbitraries for fast-check, which is yours: the package's entry `peerchart/testing/fast-check`.

export type { MetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
export type { PexContact, PexMessage } from '../../transport/wire/extended/ut-pex.ts'
export {
  anyExtendedHandshake,
  anyExtendedMessage,
  anyMetadataMessage,
  anyPexMessage,
  type ExtensionIds,
} from './extended-messages.ts'
export { anyBlockRequest, anyMessage, anyPortionsOf } from './messages.ts'
export { anyPeerEvents, type PeerEventsOptions } from './peer-events.ts'
export { anyPieceSet } from './piece-sets.ts'
export { anyTorrent, type SampleTorrent } from './torrents.ts'
