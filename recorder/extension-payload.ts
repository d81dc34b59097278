import { type BencodeDict, decodeBencode, encodeBencode, isBencodeDict } from '../transport/wire/bencode.ts'
import { pexFlags } from '../transport/wire/extended/pex-flags.ts'
import type { Privacy } from './privacy.ts'

/** The lists of addresses in a message of `ut_pex` (BEP 11), and the bytes of an address with its port in each. */
const addressLists: Readonly<Record<string, number>> = { added: 6, added6: 18, dropped: 6, dropped6: 18 }
/** The flags of such a list, a byte an address, and those that are known. */
const flagLists: Readonly<Record<string, string>> = {
  'added.f': 'added',
  'added6.f': 'added6',
  'dropped.f': 'dropped',
  'dropped6.f': 'dropped6',
}
const knownFlags = Object.values(pexFlags).reduce((all, flag) => all | flag, 0)

/** What a message of `ut_metadata` says before its data (BEP 9), in numbers. */
const metadataKeys = ['msg_type', 'piece', 'total_size']

/**
 * What of an extension's message is recorded, as long as it was: of metadata (BEP 9) what stands before the data, of peer exchange
 * (BEP 11) other addresses, of a message that is none of those nothing. What is left out is zeros. A peer passes such messages on and
 * reads none, so a replay needs their lengths alone.
 */
export function recordedPayload(payload: Uint8Array, privacy: Privacy, keepsData: boolean): Uint8Array {
  const decoded = decodeBencode(payload)
  const dict = decoded && isBencodeDict(decoded.value) ? decoded.value : undefined
  const isMetadata = dict !== undefined && 'msg_type' in dict
  if (!privacy.dropsUnknown)
    return isMetadata && decoded && !keepsData ? padded(payload.subarray(0, decoded.length), payload.length) : payload
  if (dict && decoded && Object.entries(dict).every(isOfMetadata))
    return keepsData ? payload : padded(payload.subarray(0, decoded.length), payload.length)
  if (dict && Object.entries(dict).every(isOfPex))
    return padded(encodeBencode(withOthers(dict, privacy)), payload.length)
  return new Uint8Array(payload.length)
}

const isOfMetadata = ([key, value]: readonly [string, unknown]): boolean =>
  metadataKeys.includes(key) && typeof value === 'number'

const isOfPex = ([key, value]: readonly [string, unknown]): boolean =>
  (Object.hasOwn(addressLists, key) || Object.hasOwn(flagLists, key)) && value instanceof Uint8Array

function withOthers(dict: BencodeDict, privacy: Privacy): BencodeDict {
  return Object.fromEntries(
    Object.entries(dict).map(([key, value]) => {
      if (!(value instanceof Uint8Array)) return [key, value]
      const list = value.slice()
      const each = addressLists[key]
      if (each === undefined)
        return [key, flagsOf(list, dict[flagLists[key] ?? ''], addressLists[flagLists[key] ?? ''])]
      for (let at = 0; at < list.length; at += each) {
        const ip = list.slice(at, at + each - 2)
        if (list.length - at >= each) list.set(privacy.ip(ip), at)
        else list.fill(0, at)
      }
      return [key, list]
    }),
  )
}

/** Known flags, of addresses that are there; zeros for the rest. */
function flagsOf(flags: Uint8Array, list: unknown, each = 1): Uint8Array {
  const count = list instanceof Uint8Array ? Math.floor(list.length / each) : 0
  return flags.map((flag, at) => (at < count ? flag & knownFlags : 0))
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length)
  if (bytes.length <= length) whole.set(bytes)
  return whole
}
