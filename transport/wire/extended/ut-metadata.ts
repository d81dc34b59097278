import { decodeBencode, encodeBencode, isBencodeDict } from '../bencode.ts'
import { viewOf } from '../bytes.ts'
import { isIntegerFrom } from './fields.ts'
import { isMetadataSize, metadataPieceCount, metadataPieceLength } from './metadata-pieces.ts'

/**
 * A `ut_metadata` message (BEP 9) about one `piece`, zero-based, of the info dictionary. `totalSize` is the length of the
 * whole in bytes, 1 to `metadataBytesMax`; `data` the piece, exactly as long as `metadataPieceLength` says.
 */
export type MetadataMessage =
  | { readonly type: 'request'; readonly piece: number }
  | { readonly type: 'data'; readonly piece: number; readonly totalSize: number; readonly data: Uint8Array }
  | { readonly type: 'reject'; readonly piece: number }

/** A message whose msg_type BEP 9 does not know. It must be ignored, so that there can be more of them some day. */
export interface UnknownMetadataMessage {
  readonly type: 'unknown'
}

/** The most values in the dictionary of one that is read; BEP 9 names three keys, which with theirs are seven. */
const valuesMax = 32

const msgTypes = { request: 0, data: 1, reject: 2 } as const

/**
 * The payload of the extended message that carries `message`; `data` is copied. Throws RangeError for what
 * `decodeMetadataMessage` would refuse on the other side.
 */
export function encodeMetadataMessage(message: MetadataMessage): Uint8Array {
  const { type, piece } = message
  if (!isIntegerFrom(piece, 0)) throw new RangeError(`ut_metadata: ${piece} is no index of a piece`)
  if (type !== 'data') return encodeBencode({ msg_type: msgTypes[type], piece })

  const { totalSize, data } = message
  const length = metadataPieceLength(totalSize, piece)
  if (data.length !== length) {
    throw new RangeError(`ut_metadata: piece ${piece} has ${length} bytes, but data has ${data.length}`)
  }
  const head = encodeBencode({ msg_type: msgTypes.data, piece, total_size: totalSize })
  const payload = new Uint8Array(head.length + data.length)
  payload.set(head)
  payload.set(data, head.length)
  return payload
}

/**
 * What the payload of a `ut_metadata` message says; undefined when it is malformed: no dictionary, or one of too many values, a msg_type
 * or piece that is missing or no index, `data` that is not what its own total_size makes of it. Whether the metadata in question has such
 * a piece, and whether `totalSize` is the length that was announced, is not checked here: from a remote `piece` of a request or reject is
 * any safe integer from 0. `data` is a view of `payload`. Bytes behind a request or reject are ignored. Never throws.
 */
export function decodeMetadataMessage(payload: Uint8Array): MetadataMessage | UnknownMetadataMessage | undefined {
  const bencoded = decodeBencode(payload, valuesMax)
  if (!isBencodeDict(bencoded?.value)) return undefined
  const { msg_type: msgType, piece, total_size: totalSize } = bencoded.value
  if (typeof msgType !== 'number') return undefined
  switch (msgType) {
    case msgTypes.request:
      return isIntegerFrom(piece, 0) ? { type: 'request', piece } : undefined
    case msgTypes.data: {
      const data = viewOf(payload, bencoded.length, payload.length)
      if (typeof totalSize !== 'number' || !isMetadataSize(totalSize)) return undefined
      if (!isIntegerFrom(piece, 0, metadataPieceCount(totalSize) - 1)) return undefined
      return data.length === metadataPieceLength(totalSize, piece)
        ? { type: 'data', piece, totalSize, data }
        : undefined
    }
    case msgTypes.reject:
      return isIntegerFrom(piece, 0) ? { type: 'reject', piece } : undefined
    default:
      return { type: 'unknown' }
  }
}
