import type { Address } from '../../transport.ts'
import { readU32, writeU32 } from '../bytes.ts'
import { addressIn, compactOf, portBytes } from './compact-address.ts'

/** Why a relay cannot bring two peers together (BEP 55), by the number that travels. */
export const holepunchErrors = {
  /** The endpoint is none that a peer could have. */
  no_such_peer: 1,
  /** The relay is not connected to the peer at the endpoint. */
  not_connected: 2,
  /** The peer at the endpoint does not speak `ut_holepunch`. */
  no_support: 3,
  /** The endpoint is the relay's own. */
  no_self: 4,
} as const

/** A name of `holepunchErrors`. */
export type HolepunchError = keyof typeof holepunchErrors

/**
 * A message of `ut_holepunch` (BEP 55). `rendezvous`, to a relay: bring me together with the peer at `address`. `connect`, from a relay: open a
 * uTP connection to `address` now, as the peer there does the same. `error`, from a relay: that cannot be done; `unknown` is a number
 * that BEP 55 does not name.
 */
export type HolepunchMessage =
  | { readonly type: 'rendezvous'; readonly address: Address }
  | { readonly type: 'connect'; readonly address: Address }
  | { readonly type: 'error'; readonly address: Address; readonly code: HolepunchError | 'unknown' }

const types = ['rendezvous', 'connect', 'error'] as const

/** Bytes of the address and its port by the type of the address: IPv4, IPv6. */
const addressBytes = [4 + portBytes, 16 + portBytes] as const

const headBytes = 2
const errorBytes = 4

/**
 * The payload of the extended message that carries `message`. Throws RangeError for an address that has no place in it: it must be
 * `isDialable`, and `ipBytes` must know its bytes; and for the error `unknown`, which is only received.
 */
export function encodeHolepunch(message: HolepunchMessage): Uint8Array {
  const compact = compactOf(message.address, 'ut_holepunch')
  const errorAt = headBytes + compact.length
  const payload = new Uint8Array(errorAt + errorBytes)
  payload[0] = types.indexOf(message.type)
  payload[1] = compact.length === addressBytes[0] ? 0 : 1
  payload.set(compact, headBytes)
  writeU32(payload, errorAt, message.type === 'error' ? errorNumber(message.code) : 0)
  return payload
}

/**
 * The message that `payload` is; `other` when its type, or that of its address, is one that BEP 55 does not name: it is passed over, as by
 * libtorrent. Undefined when it ends too soon. An error without a number is `unknown`; bytes behind the message are not looked at. The host
 * comes in its one spelling (see `canonicalHost`); whether it can be dialled is not checked here. Never throws.
 */
export function decodeHolepunch(payload: Uint8Array): HolepunchMessage | { readonly type: 'other' } | undefined {
  const [typeByte, familyByte] = payload
  if (typeByte === undefined || familyByte === undefined) return undefined
  const type = types[typeByte]
  const length = addressBytes[familyByte]
  if (type === undefined || length === undefined) return { type: 'other' }
  const errorAt = headBytes + length
  if (payload.length < errorAt) return undefined
  const address = addressIn(payload.subarray(headBytes, errorAt))
  return type === 'error' ? { type, address, code: errorIn(payload.subarray(errorAt)) } : { type, address }
}

function errorNumber(code: HolepunchError | 'unknown'): number {
  if (code === 'unknown') throw new RangeError('ut_holepunch: an error that is sent has a name')
  return holepunchErrors[code]
}

function errorIn(bytes: Uint8Array): HolepunchError | 'unknown' {
  if (bytes.length < errorBytes) return 'unknown'
  const number = readU32(bytes, 0)
  const names = Object.keys(holepunchErrors) as HolepunchError[]
  return names.find((name) => holepunchErrors[name] === number) ?? 'unknown'
}
