import { readU32, writeU32 } from '../wire/bytes.ts'

/** The types of a packet by their number on the wire (BEP 29). */
export const packetTypes = { data: 0, fin: 1, state: 2, reset: 3, syn: 4 } as const

/** A type of a packet, as it stands on the wire. */
export type PacketType = (typeof packetTypes)[keyof typeof packetTypes]

/** Bytes of a packet before its extensions and payload. */
export const headerBytes = 20

/** Bytes of a selective acknowledgement at most: 256 packets, of which a window of 1 MiB holds three times as many (libtorrent sends 32). */
export const selectiveAckBytesMax = 32

/** The only version of the protocol. */
const version = 1

const selectiveAckExtension = 1

/** "Extension bits", which libutp sends, with 8 bytes: it takes no packet whose first extension is above 2. */
const extensionBits = { number: 2, bytes: 8 } as const

/** An extension that nobody knows, and everybody skips. */
const paddingExtension = 100

/** Where the fields of a header begin. */
const at = {
  typeAndVersion: 0,
  extension: 1,
  connectionId: 2,
  timestamp: 4,
  timestampDifference: 8,
  window: 12,
  sequence: 16,
  ack: 18,
} as const

/** What stands in the header of a packet. Numbers are unsigned integers of 16 bits (ids, sequence, ack) or 32 bits. */
export interface PacketHeader {
  readonly type: PacketType
  readonly connectionId: number
  /** The sender's clock in microseconds as the packet left. */
  readonly timestamp: number
  /** How long the last packet took to the sender, by the difference of the two clocks; 0: none has come. */
  readonly timestampDifference: number
  /** Bytes the sender has room for, beyond what it has acknowledged. */
  readonly window: number
  readonly sequence: number
  /** The last packet that came in order. */
  readonly ack: number
}

/** A packet that came. What is variable in it stands in `bytes`, which is the datagram. */
export interface Packet extends PacketHeader {
  readonly bytes: Uint8Array
  /** The mask of the first selective acknowledgement; its length is 0 when there is none, or an empty one. */
  readonly selectiveAckAt: number
  readonly selectiveAckLength: number
  /** What stands behind it is payload: none, from here to the end of `bytes`. */
  readonly payloadAt: number
}

/**
 * Why a datagram is no packet. `too_short`: it ends within its header; `unknown_version`: not version 1; `unknown_type`: a type above 4;
 * `broken_extension`: an extension goes beyond its end.
 */
export type PacketFault = 'too_short' | 'unknown_version' | 'unknown_type' | 'broken_extension'

/** The packet in a datagram, or why it holds none. Never throws, reads each byte at most once, and keeps `bytes` itself. */
export function decodePacket(bytes: Uint8Array): Packet | PacketFault {
  if (bytes.length < headerBytes) return 'too_short'
  const typeAndVersion = bytes[at.typeAndVersion] as number
  if ((typeAndVersion & 0x0f) !== version) return 'unknown_version'
  const type = typeAndVersion >>> 4
  if (!isPacketType(type)) return 'unknown_type'
  let selectiveAckAt = 0
  let selectiveAckLength = 0
  let payloadAt = headerBytes
  for (let extension = bytes[at.extension]; extension !== 0; ) {
    const next = bytes[payloadAt]
    const length = bytes[payloadAt + 1]
    if (next === undefined || length === undefined) return 'broken_extension'
    payloadAt += 2
    if (extension === selectiveAckExtension && selectiveAckLength === 0) {
      selectiveAckAt = payloadAt
      selectiveAckLength = length
    }
    payloadAt += length
    if (payloadAt > bytes.length) return 'broken_extension'
    extension = next
  }
  return {
    type,
    connectionId: readU16(bytes, at.connectionId),
    timestamp: readU32(bytes, at.timestamp),
    timestampDifference: readU32(bytes, at.timestampDifference),
    window: readU32(bytes, at.window),
    sequence: readU16(bytes, at.sequence),
    ack: readU16(bytes, at.ack),
    bytes,
    selectiveAckAt,
    selectiveAckLength,
    payloadAt,
  }
}

/** What stays the same however often a packet leaves. */
export type LastingHeader = Pick<PacketHeader, 'type' | 'connectionId' | 'sequence'>

/** Writes `header` over the first 20 bytes of `packet`, which says whether a selective acknowledgement stands behind it. */
export function writeHeader(packet: Uint8Array, header: PacketHeader, hasSelectiveAck = false): void {
  writeLasting(packet, header)
  if (hasSelectiveAck) packet[at.extension] = selectiveAckExtension
  refreshHeader(packet, header)
}

/** Writes the part of a header that lasts, of a packet without extensions. */
export function writeLasting(packet: Uint8Array, { type, connectionId, sequence }: LastingHeader): void {
  packet[at.typeAndVersion] = (type << 4) | version
  packet[at.extension] = 0
  writeU16(packet, at.connectionId, connectionId)
  writeU16(packet, at.sequence, sequence)
}

/** A packet without payload, and with `selectiveAck`, whose length is a multiple of 4 up to 32, when there is one. */
export function encodePacket(header: PacketHeader, selectiveAck?: Uint8Array): Uint8Array {
  const length = selectiveAck?.length ?? 0
  const packet = new Uint8Array(headerBytes + (length === 0 ? 0 : 2 + length))
  writeHeader(packet, header, length > 0)
  if (selectiveAck === undefined || length === 0) return packet
  packet[headerBytes] = 0
  packet[headerBytes + 1] = length
  packet.set(selectiveAck, headerBytes + 2)
  return packet
}

/** Brings what changes each time a packet leaves up to date in its bytes: when it leaves, and what has come from the remote since. */
export function refreshHeader(
  packet: Uint8Array,
  { timestamp, timestampDifference, window, ack }: Omit<PacketHeader, keyof LastingHeader>,
): void {
  writeU32(packet, at.timestamp, timestamp)
  writeU32(packet, at.timestampDifference, timestampDifference)
  writeU32(packet, at.window, window)
  writeU16(packet, at.ack, ack)
}

/**
 * Fills `byteCount` bytes behind the header of `packet` with extensions that mean nothing, and has the header say so. `byteCount` is 12 at least.
 */
export function pad(packet: Uint8Array, byteCount: number): void {
  packet[at.extension] = extensionBits.number
  const end = headerBytes + byteCount
  let begin = headerBytes
  let length: number = extensionBits.bytes
  while (begin < end) {
    const next = begin + 2 + length
    packet[begin] = next < end ? paddingExtension : 0
    packet[begin + 1] = length
    packet.fill(0, begin + 2, next)
    begin = next
    // A length is a byte, and one byte alone is no extension.
    length = Math.min(255, end - begin - 2)
    if (end - begin - 2 - length === 1) length--
  }
}

/** The same packet without the `byteCount` bytes of padding. */
export function withoutPadding(packet: Uint8Array, byteCount: number): Uint8Array {
  const bare = new Uint8Array(packet.length - byteCount)
  bare.set(packet.subarray(0, headerBytes))
  bare.set(packet.subarray(headerBytes + byteCount), headerBytes)
  bare[at.extension] = 0
  return bare
}

function isPacketType(type: number): type is PacketType {
  return type <= packetTypes.syn
}

function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}
