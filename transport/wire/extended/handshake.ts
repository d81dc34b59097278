import { isPort } from '../../port.ts'
import { type BencodeDict, decodeBencode, encodeBencode, isBencodeDict } from '../bencode.ts'
import { extensionsMax } from './extensions-max.ts'
import { type Field, isBytes, isIntegerFrom } from './fields.ts'

/** The `id` of the extended message that carries an extended handshake (BEP 10). */
export const extendedHandshakeId = 0

/** The longest client name taken from an extended handshake, in bytes; the longest in use has about 40. */
export const clientNameBytesMax = 256

/** The longest name of an extension taken from one, in characters; the longest in use has 14. */
export const extensionNameMax = 64

/** The most values in one that is read: 64 extensions and ten fields are some 150, so that clients may say as much again of their own. */
export const handshakeValuesMax = 512

/**
 * What a side tells about itself in an extended handshake (BEP 10). Any field may be missing. It may come again at any time
 * and then changes only what it names.
 */
export interface ExtendedHandshake {
  /** Extension name to the id, 0 to 255, under which its sender wants that extension's messages; 0 disables it. */
  readonly m?: Readonly<Record<string, number>>
  /** The port its sender listens on, 1 to 65535. */
  readonly p?: number
  /** Name and version of the client. From a remote untrusted text: it may hold control characters. */
  readonly v?: string
  /** How many outstanding requests its sender keeps. From a remote any safe integer from 0. */
  readonly reqq?: number
  /** The receiver's address as its sender sees it: 4 bytes (IPv4) or 16 (IPv6). */
  readonly yourip?: Uint8Array
  /** An IPv4 address at which its sender is reached too, 4 bytes. */
  readonly ipv4?: Uint8Array
  /** An IPv6 address at which its sender is reached too, 16 bytes. */
  readonly ipv6?: Uint8Array
  /** The length of the info dictionary in bytes, from 1 (BEP 9's `metadata_size`). From a remote any safe integer. */
  readonly metadataSize?: number
  /** Whether its sender downloads nothing: a seed, or one that has all it wants (BEP 21's `upload_only`). */
  readonly uploadOnly?: boolean
  /** Whether its sender prefers encrypted connections (`e`). */
  readonly prefersEncryption?: boolean
}

/**
 * The payload of an extended message with id 0. Throws RangeError for what `decodeExtendedHandshake` would leave out on the
 * other side.
 */
export function encodeExtendedHandshake(handshake: ExtendedHandshake): Uint8Array {
  const { m, p, v, reqq, yourip, ipv4, ipv6, metadataSize, uploadOnly, prefersEncryption } = handshake
  const names = Object.entries(m ?? {})
  requireThat(names.length <= extensionsMax, `m has more than ${extensionsMax} names`)
  for (const [name, id] of names) requireThat(isExtensionId(id), `m.${name} is ${id}, not an id from 0 to 255`)
  requireThat(p === undefined || isPort(p), `p is ${p}, not a port from 1 to 65535`)
  requireThat(
    v === undefined || isClientName(new TextEncoder().encode(v)),
    `v is longer than ${clientNameBytesMax} bytes`,
  )
  requireThat(reqq === undefined || isCount(reqq), `reqq is ${reqq}, not a count`)
  requireThat(yourip === undefined || isIp(yourip), `yourip has ${yourip?.length} bytes, not 4 or 16`)
  requireThat(ipv4 === undefined || isIpv4(ipv4), `ipv4 has ${ipv4?.length} bytes, not 4`)
  requireThat(ipv6 === undefined || isIpv6(ipv6), `ipv6 has ${ipv6?.length} bytes, not 16`)
  requireThat(metadataSize === undefined || isSize(metadataSize), `metadataSize is ${metadataSize}, not a size`)
  return encodeBencode({
    e: flag(prefersEncryption),
    ipv4,
    ipv6,
    m,
    metadata_size: metadataSize,
    p,
    reqq,
    upload_only: flag(uploadOnly),
    v,
    yourip,
  })
}

/**
 * What the payload of an extended message with id 0 says; undefined when it is not a bencoded dictionary (libtorrent ignores
 * such a message, and so should its receiver), or one of more than `handshakeValuesMax` values. A field of the wrong type or out of its
 * range is left out, as is such a name in `m`. Bytes behind the dictionary are ignored. Nothing in the result is a view of `payload`.
 * Never throws.
 */
export function decodeExtendedHandshake(payload: Uint8Array): ExtendedHandshake | undefined {
  const dict = decodeBencode(payload, handshakeValuesMax)?.value
  if (!isBencodeDict(dict)) return undefined
  const { e, ipv4, ipv6, m, metadata_size: metadataSize, p, reqq, upload_only: uploadOnly, v, yourip } = dict
  return {
    ...(isBencodeDict(m) && { m: extensionIds(m) }),
    ...(isPort(p) && { p }),
    ...(isClientName(v) && { v: new TextDecoder().decode(v) }),
    ...(isCount(reqq) && { reqq }),
    ...(isIp(yourip) && { yourip }),
    ...(isIpv4(ipv4) && { ipv4 }),
    ...(isIpv6(ipv6) && { ipv6 }),
    ...(isSize(metadataSize) && { metadataSize }),
    ...(isFlag(uploadOnly) && { uploadOnly: uploadOnly !== 0 }),
    ...(isFlag(e) && { prefersEncryption: e !== 0 }),
  }
}

function flag(is: boolean | undefined): number | undefined {
  return is === undefined ? undefined : Number(is)
}

function extensionIds(m: BencodeDict): Record<string, number> {
  const ids = Object.entries(m).filter(
    (entry): entry is [string, number] => isExtensionId(entry[1]) && entry[0].length <= extensionNameMax,
  )
  return Object.fromEntries(ids.slice(0, extensionsMax))
}

function isExtensionId(value: Field): value is number {
  return isIntegerFrom(value, 0, 255)
}

function isCount(value: Field): value is number {
  return isIntegerFrom(value, 0)
}

function isSize(value: Field): value is number {
  return isIntegerFrom(value, 1)
}

/** Any integer: 0 is no and every other yes, as in libtorrent. */
function isFlag(value: Field): value is number {
  return typeof value === 'number'
}

function isClientName(value: Field): value is Uint8Array {
  return isBytes(value) && value.length <= clientNameBytesMax
}

function isIp(value: Field): value is Uint8Array {
  return isIpv4(value) || isIpv6(value)
}

function isIpv4(value: Field): value is Uint8Array {
  return isBytes(value) && value.length === 4
}

function isIpv6(value: Field): value is Uint8Array {
  return isBytes(value) && value.length === 16
}

function requireThat(holds: boolean, detail: string): void {
  if (!holds) throw new RangeError(`Extended handshake: ${detail}`)
}
