import { type BencodeDict, decodeBencode, encodeBencode, isBencodeDict } from '../transport/wire/bencode.ts'
import type { Privacy } from './privacy.ts'

/** The lists of addresses in a message of `ut_pex` (BEP 11), and the bytes of an address with its port in each. */
const addressLists: Readonly<Record<string, number>> = { added: 6, added6: 18, dropped: 6, dropped6: 18 }
const pexKeys = new Set([...Object.keys(addressLists), 'added.f', 'added6.f', 'dropped.f', 'dropped6.f'])

/** `lt_donthave` and `upload_only` say a number, and have no dictionary. */
const shortBytes = 4

/**
 * What of an extension's message is recorded, as long as it was: of metadata (BEP 9) what stands before the data, of peer exchange
 * (BEP 11) other addresses, of a message that is none of those known here nothing. What is left out is zeros.
 */
export function recordedPayload(payload: Uint8Array, privacy: Privacy, keepsData: boolean): Uint8Array {
  const decoded = decodeBencode(payload)
  if (!decoded || !isBencodeDict(decoded.value)) {
    return payload.length <= shortBytes || !privacy.dropsUnknown ? payload : new Uint8Array(payload.length)
  }
  const { value: dict, length } = decoded
  if ('msg_type' in dict) {
    const isPlain = Object.values(dict).every((value) => typeof value === 'number')
    if (privacy.dropsUnknown && !isPlain) return new Uint8Array(payload.length)
    return keepsData ? payload : padded(payload.subarray(0, length), payload.length)
  }
  if (!privacy.dropsUnknown) return payload
  const isPex = Object.keys(dict).every((key) => pexKeys.has(key))
  return isPex ? padded(encodeBencode(withOthers(dict, privacy)), payload.length) : new Uint8Array(payload.length)
}

function withOthers(dict: BencodeDict, privacy: Privacy): BencodeDict {
  return Object.fromEntries(
    Object.entries(dict).map(([key, value]) => {
      const each = addressLists[key]
      if (each === undefined || !(value instanceof Uint8Array)) return [key, value]
      const list = value.slice()
      for (let at = 0; at < list.length; at += each) {
        const ip = list.slice(at, at + each - 2)
        if (ip.length === each - 2) list.set(privacy.ip(ip), at)
        else list.fill(0, at)
      }
      return [key, list]
    }),
  )
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length)
  if (bytes.length <= length) whole.set(bytes)
  return whole
}
