import { ourFeatures } from '../../../machines/peer/vocabulary/context.ts'
import { type Drive, infoHash, layout, ourPeerId, theirPeerId } from './drive.ts'

/** What a peer without a DHT node supports. */
export const features = ourFeatures({ hasDht: false })

/** Our handshake, as it is sent. */
export const ourHandshake = { type: 'send.handshake', infoHash, peerId: ourPeerId, features } as const

/** The first 48 bytes of the remote's. */
export const theirInfoHash = { type: 'wire.info_hash', infoHash, features } as const

/** The remote's, whole. */
export const theirHandshake = [theirInfoHash, { type: 'wire.peer_id', peerId: theirPeerId }] as const

/** What the torrent of a peer adopts it with. */
export const membership = (peer: Drive) => ({ torrent: peer.torrent, peer: 7, infoHash, layout })
