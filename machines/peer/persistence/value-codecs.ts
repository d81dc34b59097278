import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { Layout } from '../../layout.ts'
import {
  boolean,
  bytes,
  type Codec,
  count,
  dictionary,
  misfit,
  newest,
  optional,
  type Plain,
  plainObject,
  port,
  record,
  text,
} from '../../persistence/codec.ts'
import { PieceSet } from '../../piece-set.ts'
import { unknownLayout } from '../vocabulary/context.ts'
import { type Evidence, evidenceMax, isEvidence } from '../vocabulary/evidence.ts'

/** How a torrent divides; of one whose metadata has not come, null. */
export const layout: Codec<Layout> = {
  write: (value) => (value === unknownLayout ? null : { pieceLength: value.pieceLength, length: value.length }),
  read: (json, at) => {
    if (json === null) return unknownLayout
    const lengths = lengthsOf.read(json, at)
    if (lengths.pieceLength === 0 || lengths.length === 0) misfit(at, 'is no way to divide a torrent')
    return new Layout(lengths)
  },
}

const lengthsOf = record<{ pieceLength: number; length: number }>({ pieceLength: count, length: count })

/**
 * A set of pieces: how many there are, and which of them, `all`, `none`, or a bitfield (BEP 3) as hex digits, without the zeros at its
 * end.
 */
export const pieceSet: Codec<PieceSet> = {
  write: (value) => ({ size: value.size, pieces: value.isAll ? 'all' : value.isNone ? 'none' : bitsOf(value) }),
  read: (json, at) => {
    const { pieces, size } = written.read(json, at)
    if (size === 0 || size >= 2 ** 31) misfit(at, 'is no set of pieces')
    if (pieces === 'all' || pieces === 'none') return PieceSet[pieces](size)
    const head = bytes.read(pieces, `${at}.pieces`)
    const bits = new Uint8Array(Math.ceil(size / 8))
    if (head.length > bits.length) misfit(at, 'has more pieces than it says')
    bits.set(head)
    return PieceSet.fromBits(bits, size) ?? misfit(at, 'has more pieces than it says')
  },
}

const written = record<{ size: number; pieces: string }>({ size: count, pieces: text })

function bitsOf(value: PieceSet): Plain {
  const bits = value.toBits()
  return bytes.write(bits.subarray(0, bits.findLastIndex((byte) => byte !== 0) + 1)) ?? ''
}

/** Where a peer is. */
export const address = record<Address>({ host: text, port })

/** What carries a connection. */
export const transportKind: Codec<TransportKind> = text

/** What a side says of itself (BEP 10). */
export const extendedHandshake = record<ExtendedHandshake>({
  m: optional(dictionary(count)),
  p: optional(count),
  v: optional(text),
  reqq: optional(count),
  yourip: optional(bytes),
  ipv4: optional(bytes),
  ipv6: optional(bytes),
  metadataSize: optional(count),
  uploadOnly: optional(boolean),
  prefersEncryption: optional(boolean),
})

const oneChange = plainObject((json): json is Evidence => isEvidence(json), 'is no evidence')

/** What a reputation rests on: no more than is remembered of one address, the newest. */
export const evidence: Codec<readonly Evidence[]> = newest(oneChange, evidenceMax)
