import { bytesToHex } from '../../machines/hex.ts'
import type { Heard } from './heard.ts'

/** A message in a line. */
export function describeMessage(message: Heard): string {
  switch (message.name) {
    case 'have':
    case 'suggest_piece':
    case 'allowed_fast':
      return `${message.name} ${message.index}`
    case 'bitfield':
      return `bitfield ${shortHex(message.bits)}`
    case 'request':
    case 'cancel':
    case 'reject_request':
      return message.requests
        .map(({ index, begin, length }) => `${message.name} ${index} ${begin} ${length}`)
        .join(', ')
    case 'piece':
      return message.blocks.map(({ index, begin, data }) => `piece ${index} ${begin}, ${data.length} bytes`).join(', ')
    case 'port':
      return `port ${message.port}`
    case 'extended':
      return `extended ${message.id} ${printable(message.payload)}`
    case 'unknown':
      return `a message of id ${message.id}`
    default:
      return message.name
  }
}

const shownBytes = 24

/** Bytes in hex, the first of them where there are many. */
export const shortHex = (bytes: Uint8Array): string =>
  bytes.length <= shownBytes
    ? bytesToHex(bytes)
    : `${bytesToHex(bytes.subarray(0, shownBytes))}… (${bytes.length} bytes)`

/** What can be read of a bencoded message. */
const printable = (bytes: Uint8Array): string =>
  `${String.fromCharCode(...bytes.subarray(0, 160)).replace(/[^\x20-\x7e]/g, '.')}${bytes.length > 160 ? '…' : ''}`
