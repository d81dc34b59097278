import { readU32, viewOf, writeU32 } from './bytes.ts'
import { type FrameLabel, frame, headerBytes, requireInteger, writeHeader } from './frame.ts'
import type { Block, BlockRequest, NoFields } from './messages.ts'

/**
 * What follows the id of a message: how many bytes it may have, and how its fields are written. `write` answers the chunks of the
 * message's frames, see `encode`.
 */
export interface Payload<Fields> {
  readonly bytesMin: number
  /** `Infinity` where only the frame limit bounds it. */
  readonly bytesMax: number
  write(label: FrameLabel, fields: Fields): Uint8Array[]
}

/** One that is read at once, message by message; `decode.ts` reads the elements of batches. */
export interface PlainPayload<Fields> extends Payload<Fields> {
  /** The fields of the payload that stands from `from` to `to`, whose length was checked. Bytes in them are views of `bytes`. */
  read(bytes: Uint8Array, from: number, to: number): Fields
}

const u32Max = 0xffff_ffff
const pieceHeaderBytes = headerBytes + 8
const requestFrameBytes = headerBytes + 12

/** No payload. */
export const nothing: PlainPayload<NoFields> = {
  ...exactly(0),
  read: () => ({}),
  write: (label) => [frame(label, 0)],
}

/** The index of a piece. */
export const index: PlainPayload<{ readonly index: number }> = {
  ...exactly(4),
  read: (bytes, from) => ({ index: readU32(bytes, from) }),
  write(label, fields) {
    requireInteger(label.name, 'index', fields.index, 0, u32Max)
    const bytes = frame(label, 4)
    writeU32(bytes, headerBytes, fields.index)
    return [bytes]
  },
}

/** A bitfield. It has a byte at least, as a torrent has a piece at least. */
export const bitfield: PlainPayload<{ readonly bits: Uint8Array }> = {
  ...atLeast(1),
  read: (bytes, from, to) => ({ bits: viewOf(bytes, from, to) }),
  write(label, { bits }) {
    if (bits.length === 0) throw new RangeError(`${label.name}: no bytes, and a torrent has a piece at least`)
    const bytes = frame(label, bits.length)
    bytes.set(bits, headerBytes)
    return [bytes]
  },
}

/** The block that somebody wants, or no longer wants, or does not get; `lengthMin`: the least that may be written. */
export const blockRequests = (lengthMin: number): Payload<{ readonly requests: readonly BlockRequest[] }> => ({
  ...exactly(12),
  write({ name, id }, { requests }) {
    if (requests.length === 0) return []
    const bytes = new Uint8Array(requests.length * requestFrameBytes)
    let at = 0
    for (const { index, begin, length } of requests) {
      requireInteger(name, 'index', index, 0, u32Max)
      requireInteger(name, 'begin', begin, 0, u32Max)
      requireInteger(name, 'length', length, lengthMin, u32Max)
      writeHeader(bytes, at, id, 12)
      writeU32(bytes, at + headerBytes, index)
      writeU32(bytes, at + headerBytes + 4, begin)
      writeU32(bytes, at + headerBytes + 8, length)
      at += requestFrameBytes
    }
    return [bytes]
  },
})

/**
 * A block. It has a byte of data at least: BitComet was seen to send a `piece` without data for "no", which libtorrent takes as a reject;
 * it answers no request that can be made, so here it is a violation.
 */
export const blocks: Payload<{ readonly blocks: readonly Block[] }> = {
  ...atLeast(9),
  write({ name, id }, { blocks }) {
    // One slab for all headers of the batch: an allocation of its own for 13 bytes costs more than writing them.
    const headers = new Uint8Array(blocks.length * pieceHeaderBytes)
    const chunks: Uint8Array[] = []
    let at = 0
    for (const { index, begin, data } of blocks) {
      requireInteger(name, 'index', index, 0, u32Max)
      requireInteger(name, 'begin', begin, 0, u32Max)
      if (data.length === 0) throw new RangeError(`${name}: a block without bytes`)
      writeHeader(headers, at, id, 8 + data.length)
      writeU32(headers, at + headerBytes, index)
      writeU32(headers, at + headerBytes + 4, begin)
      chunks.push(headers.subarray(at, at + pieceHeaderBytes), data)
      at += pieceHeaderBytes
    }
    return chunks
  },
}

/** A port of the DHT (BEP 5). */
export const port: PlainPayload<{ readonly port: number }> = {
  ...exactly(2),
  read: (bytes, from) => ({ port: ((bytes[from] as number) << 8) | (bytes[from + 1] as number) }),
  write(label, { port }) {
    requireInteger(label.name, 'port', port, 1, 0xffff)
    const bytes = frame(label, 2)
    bytes[headerBytes] = port >>> 8
    bytes[headerBytes + 1] = port
    return [bytes]
  },
}

/** The id of an extension, and what is its own (BEP 10). */
export const extension: PlainPayload<{ readonly id: number; readonly payload: Uint8Array }> = {
  ...atLeast(1),
  read: (bytes, from, to) => ({ id: bytes[from] as number, payload: viewOf(bytes, from + 1, to) }),
  write(label, { id, payload }) {
    requireInteger(label.name, 'id', id, 0, 0xff)
    const bytes = frame(label, 1 + payload.length)
    bytes[headerBytes] = id
    bytes.set(payload, headerBytes + 1)
    return [bytes]
  },
}

function exactly(bytes: number) {
  return { bytesMin: bytes, bytesMax: bytes }
}

function atLeast(bytes: number) {
  return { bytesMin: bytes, bytesMax: Number.POSITIVE_INFINITY }
}
