import { ipBytes, isDialable } from '../address.ts'
import { isPort } from '../port.ts'
import type { Address } from '../transport.ts'
import { type BencodeDict, type BencodeValue, decodeBencode, isBencodeDict } from '../wire/bencode.ts'
import { addressIn } from '../wire/extended/compact-address.ts'
import { type Field, isBytes, isIntegerFrom } from '../wire/extended/fields.ts'
import { type AnnounceAnswer, failed, messageMax, type Outcome, peersMax, type SwarmCounts } from './announce.ts'

/** The longest answer that is read, in bytes: 10,000 peers as dictionaries take some 800,000. */
export const answerBytesMax = 1024 * 1024

/** The most values of an answer: those of 10,000 peers as dictionaries. */
const valuesMax = 100_000

/** Bytes of a peer in compact form (BEP 23, BEP 7). */
const compactBytes = { peers: 6, peers6: 18 } as const

/** The longest `tracker id` that is said again, in bytes. Our own number. */
const trackerIdMax = 256

/** What a tracker answered to an announce over HTTP. Never throws. */
export function readAnnounceAnswer(body: Uint8Array): Outcome<AnnounceAnswer> {
  const dict = readDictionary(body)
  if ('failure' in dict) return dict
  const { answer: fields } = dict
  const { 'external ip': externalIp, 'tracker id': trackerId, 'warning message': warning } = fields
  const { interval, 'min interval': minInterval } = fields
  if (fields.peers === undefined && fields.peers6 === undefined && interval === undefined) {
    return failed('faulty', 'it answers neither with peers nor with an interval')
  }
  return {
    answer: {
      peers: distinct([...peersIn(fields.peers, compactBytes.peers), ...peersIn(fields.peers6, compactBytes.peers6)]),
      ...(isIntegerFrom(interval, 0) && { interval }),
      ...(isIntegerFrom(minInterval, 0) && { minInterval }),
      ...countsIn(fields, 'downloaded'),
      ...(isBytes(warning) && { warning: textOf(warning) }),
      ...(isBytes(trackerId) && trackerId.length <= trackerIdMax && { trackerId }),
      ...(isBytes(externalIp) && [4, 16].includes(externalIp.length) && { externalIp }),
    },
  }
}

/** The dictionary that a body is; what a tracker says in it that it will not do is why there is none. */
export function readDictionary(body: Uint8Array): Outcome<BencodeDict> {
  const value = decodeBencode(body, valuesMax, answerBytesMax)?.value
  if (!isBencodeDict(value)) return failed('faulty', 'what it answers is no bencoded dictionary')
  const { 'failure reason': reason, 'retry in': retryIn } = value
  if (!isBytes(reason)) return { answer: value }
  const { failure } = failed('refused', textOf(reason))
  return { failure: { ...failure, ...retryOf(retryIn) } }
}

/** In how many minutes it may be asked again, or `never` (BEP 31). */
function retryOf(field: Field): { readonly retryIn?: number | 'never' } {
  if (isBytes(field) && textOf(field) === 'never') return { retryIn: 'never' }
  const minutes = isBytes(field) ? Number(textOf(field)) : field
  return isIntegerFrom(minutes, 1, 1_000_000) ? { retryIn: minutes * 60 } : {}
}

/** How many have everything, how many do not, and how often it was downloaded. */
export function countsIn(fields: BencodeDict, downloads: string): SwarmCounts {
  const { complete, incomplete, [downloads]: downloaded } = fields
  return {
    ...(isIntegerFrom(complete, 0) && { seeders: complete }),
    ...(isIntegerFrom(incomplete, 0) && { leechers: incomplete }),
    ...(isIntegerFrom(downloaded, 0) && { downloads: downloaded }),
  }
}

/** Bytes of a tracker as text: one line, of bounded length, without marks that turn the direction of writing. */
export function textOf(bytes: Uint8Array): string {
  // A character has four bytes at most.
  const text = new TextDecoder().decode(bytes.subarray(0, 4 * messageMax))
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, messageMax)
}

/** In compact form, or as dictionaries; a name in the place of an IP address is passed over: it might lead anywhere. */
function* peersIn(field: Field, entryBytes: number): Generator<Address> {
  if (isBytes(field)) yield* compactPeers(field, entryBytes)
  else if (isList(field)) for (const item of field) yield* dictionaryPeer(item)
}

/** The peers of a string of entries; what stands behind the last whole one is passed over. */
export function* compactPeers(bytes: Uint8Array, entryBytes: number): Generator<Address> {
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const address = addressIn(bytes.subarray(at, at + entryBytes))
    if (isDialable(address)) yield address
  }
}

function* dictionaryPeer(item: BencodeValue): Generator<Address> {
  if (!isBencodeDict(item)) return
  const { ip, port } = item
  if (!isBytes(ip) || !isPort(port)) return
  const address = { host: textOf(ip), port }
  if (ipBytes(address.host) && isDialable(address)) yield address
}

/** The first of them, each once. */
export function distinct(peers: Iterable<Address>): readonly Address[] {
  const all = new Map<string, Address>()
  for (const peer of peers) {
    if (all.size >= peersMax) break
    all.set(`${peer.host} ${peer.port}`, peer)
  }
  return [...all.values()]
}

const isList = (field: Field): field is readonly BencodeValue[] => Array.isArray(field)
