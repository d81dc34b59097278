import { writeU32 } from './bytes.ts'
import { type IdentifiedName, messageTable } from './message-table.ts'
import type { Block, BlockRequest, Message } from './messages.ts'

const lengthBytes = 4
const idBytes = 1
const headerBytes = lengthBytes + idBytes
const pieceHeaderBytes = headerBytes + 8
const haveFrameBytes = headerBytes + 4
const requestFrameBytes = headerBytes + 12

/**
 * The chunks to write for `message`, in order. Every chunk is fresh memory of the caller's own, but for the data of a
 * `piece`'s blocks, which stands there by reference: encryption copies that first. A batch of no elements is no bytes.
 *
 * Throws RangeError for what no remote could read: a number that is not an integer or does not fit its field, a block without
 * bytes, a `request` or `cancel` of length 0 (a `reject_request` repeats whatever the remote asked for, also that), a
 * bitfield without bytes, port 0.
 */
export function encode(message: Message): Uint8Array[] {
  switch (message.name) {
    case 'keep_alive':
      return [new Uint8Array(lengthBytes)]
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'not_interested':
    case 'have_all':
    case 'have_none':
      return [frame(message.name, 0)]
    case 'have':
    case 'suggest_piece':
    case 'allowed_fast':
      return [encodeIndex(message.name, message.index)]
    case 'bitfield':
      return [encodeBitfield(message.bits)]
    case 'request':
    case 'cancel':
      return encodeRequests(message.name, message.requests, 1)
    case 'reject_request':
      return encodeRequests(message.name, message.requests, 0)
    case 'piece':
      return encodeBlocks(message.blocks)
    case 'port':
      return [encodePort(message.port)]
    case 'extended':
      return [encodeExtended(message.id, message.payload)]
  }
}

/** A `have` for each index, one message behind the other. Throws RangeError for an index that is no u32. */
export function encodeHaves(indexes: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(indexes.length * haveFrameBytes)
  let at = 0
  for (const index of indexes) {
    requireInteger('have', 'index', index, 0, 0xffff_ffff)
    writeHeader(bytes, at, 'have', 4)
    writeU32(bytes, at + headerBytes, index)
    at += haveFrameBytes
  }
  return bytes
}

function encodeIndex(name: 'have' | 'suggest_piece' | 'allowed_fast', index: number): Uint8Array {
  requireInteger(name, 'index', index, 0, 0xffff_ffff)
  const bytes = frame(name, 4)
  writeU32(bytes, headerBytes, index)
  return bytes
}

function encodeBitfield(bits: Uint8Array): Uint8Array {
  if (bits.length === 0) throw new RangeError('bitfield: no bytes, and a torrent has a piece at least')
  const bytes = frame('bitfield', bits.length)
  bytes.set(bits, headerBytes)
  return bytes
}

function encodeRequests(
  name: 'request' | 'cancel' | 'reject_request',
  requests: readonly BlockRequest[],
  lengthMin: number,
): Uint8Array[] {
  if (requests.length === 0) return []
  const bytes = new Uint8Array(requests.length * requestFrameBytes)
  let at = 0
  for (const { index, begin, length } of requests) {
    requireInteger(name, 'index', index, 0, 0xffff_ffff)
    requireInteger(name, 'begin', begin, 0, 0xffff_ffff)
    requireInteger(name, 'length', length, lengthMin, 0xffff_ffff)
    writeHeader(bytes, at, name, 12)
    writeU32(bytes, at + headerBytes, index)
    writeU32(bytes, at + headerBytes + 4, begin)
    writeU32(bytes, at + headerBytes + 8, length)
    at += requestFrameBytes
  }
  return [bytes]
}

function encodeBlocks(blocks: readonly Block[]): Uint8Array[] {
  // One slab for all headers of the batch: an allocation of its own for 13 bytes costs more than writing them.
  const headers = new Uint8Array(blocks.length * pieceHeaderBytes)
  const chunks: Uint8Array[] = []
  let at = 0
  for (const { index, begin, data } of blocks) {
    requireInteger('piece', 'index', index, 0, 0xffff_ffff)
    requireInteger('piece', 'begin', begin, 0, 0xffff_ffff)
    if (data.length === 0) throw new RangeError('piece: a block without bytes')
    writeHeader(headers, at, 'piece', 8 + data.length)
    writeU32(headers, at + headerBytes, index)
    writeU32(headers, at + headerBytes + 4, begin)
    chunks.push(headers.subarray(at, at + pieceHeaderBytes), data)
    at += pieceHeaderBytes
  }
  return chunks
}

function encodePort(port: number): Uint8Array {
  requireInteger('port', 'port', port, 1, 0xffff)
  const bytes = frame('port', 2)
  bytes[headerBytes] = port >>> 8
  bytes[headerBytes + 1] = port
  return bytes
}

function encodeExtended(id: number, payload: Uint8Array): Uint8Array {
  requireInteger('extended', 'id', id, 0, 0xff)
  const bytes = frame('extended', 1 + payload.length)
  bytes[headerBytes] = id
  bytes.set(payload, headerBytes + 1)
  return bytes
}

/** A frame with its header written and `payloadBytes` zeroes behind it. */
function frame(name: IdentifiedName, payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payloadBytes)
  writeHeader(bytes, 0, name, payloadBytes)
  return bytes
}

function writeHeader(bytes: Uint8Array, at: number, name: IdentifiedName, payloadBytes: number): void {
  writeU32(bytes, at, idBytes + payloadBytes)
  bytes[at + lengthBytes] = messageTable[name].id
}

function requireInteger(name: IdentifiedName, field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new RangeError(`${name}: ${field} is ${value}, not an integer from ${min} to ${max}`)
}
