import { type AnnounceAnswer, type AnnounceRequest, failed, type Outcome, type SwarmCounts } from './announce.ts'
import { compactPeers, distinct, textOf } from './http-answer.ts'

/** What a packet is about (BEP 15). */
export const udpAction = { connect: 0, announce: 1, scrape: 2, error: 3 } as const

/** What the first packet has in the place of a connection id (BEP 15). */
const protocolId = 0x41727101980n

const events = { none: 0, completed: 1, started: 2, stopped: 3 } as const

/** Bytes of an announce before its options. */
const announceBytes = 98

/** Bytes of the peers' addresses, by the family that the tracker was asked by. */
const entryBytes = { ipv4: 6, ipv6: 18 } as const

/** Asks for a connection id. `transaction`: 32 bits, which the answer repeats. */
export function connectPacket(transaction: number): Uint8Array {
  const { bytes, view } = packet(16)
  view.setBigUint64(0, protocolId)
  view.setUint32(8, udpAction.connect)
  view.setUint32(12, transaction)
  return bytes
}

/** What a tracker is asked once it has given a connection id. */
export interface UdpQuestion<Answer> {
  readonly action: number
  packet(head: QuestionHead): Uint8Array
  /** `family`: by which addresses the tracker is asked. */
  answerIn(bytes: Uint8Array, family: 'ipv4' | 'ipv6'): Outcome<Answer>
}

/** What every question begins with. */
export interface QuestionHead {
  readonly connection: bigint
  readonly transaction: number
}

/** An announce to the tracker of a URL, whose path and query are said where there are any (BEP 41). */
export const announceOf = (url: URL, request: AnnounceRequest): UdpQuestion<AnnounceAnswer> => ({
  action: udpAction.announce,
  packet: (head) => announcePacket(head, `${url.pathname}${url.search}`, request),
  answerIn: announceAnswerIn,
})

/** A scrape of one torrent. `infoHash` has 20 bytes. */
export const scrapeOf = (infoHash: Uint8Array): UdpQuestion<SwarmCounts> => ({
  action: udpAction.scrape,
  packet({ connection, transaction }) {
    const { bytes, view } = packet(16 + infoHash.length)
    view.setBigUint64(0, connection)
    view.setUint32(8, udpAction.scrape)
    view.setUint32(12, transaction)
    bytes.set(infoHash, 16)
    return bytes
  },
  answerIn(bytes) {
    if (bytes.length < 20) return failed('faulty', 'what it answers is cut short')
    const view = viewOn(bytes)
    return { answer: { seeders: view.getUint32(8), downloads: view.getUint32(12), leechers: view.getUint32(16) } }
  },
})

function announcePacket(
  { connection, transaction }: QuestionHead,
  urlData: string,
  request: AnnounceRequest,
): Uint8Array {
  const options = urlOptions(urlData)
  const { bytes, view } = packet(announceBytes + options.length)
  view.setBigUint64(0, connection)
  view.setUint32(8, udpAction.announce)
  view.setUint32(12, transaction)
  bytes.set(request.infoHash, 16)
  bytes.set(request.peerId, 36)
  view.setBigUint64(56, BigInt(request.downloaded))
  view.setBigUint64(64, BigInt(request.left))
  view.setBigUint64(72, BigInt(request.uploaded))
  view.setUint32(80, events[request.event ?? 'none'])
  // Our address: the tracker takes it from the packet.
  view.setUint32(84, 0)
  view.setUint32(88, request.key)
  view.setInt32(92, request.numWant)
  view.setUint16(96, request.port)
  bytes.set(options, announceBytes)
  return bytes
}

/** What a packet answers to; undefined where it is too short to tell. */
export function answerHead(bytes: Uint8Array): { readonly action: number; readonly transaction: number } | undefined {
  if (bytes.length < 8) return undefined
  const view = viewOn(bytes)
  return { action: view.getUint32(0), transaction: view.getUint32(4) }
}

/** The connection id of an answer to a connect; undefined where there is none. */
export const connectionIn = (bytes: Uint8Array): bigint | undefined =>
  bytes.length < 16 ? undefined : viewOn(bytes).getBigUint64(8)

function announceAnswerIn(bytes: Uint8Array, family: 'ipv4' | 'ipv6'): Outcome<AnnounceAnswer> {
  if (bytes.length < 20) return failed('faulty', 'what it answers is cut short')
  const view = viewOn(bytes)
  return {
    answer: {
      interval: view.getUint32(8),
      leechers: view.getUint32(12),
      seeders: view.getUint32(16),
      peers: distinct(compactPeers(bytes.subarray(20), entryBytes[family])),
    },
  }
}

/** Why a tracker does not answer, in its words. */
export const errorIn = (bytes: Uint8Array): Outcome<never> => failed('refused', textOf(bytes.subarray(8)))

/** The URL's path and query as options of at most 255 bytes (BEP 41); none for a bare path. */
function urlOptions(urlData: string): Uint8Array {
  if (urlData === '' || urlData === '/') return new Uint8Array()
  const text = new TextEncoder().encode(urlData)
  const parts: number[] = []
  for (let at = 0; at < text.length; at += 255) {
    const part = text.subarray(at, at + 255)
    parts.push(0x02, part.length, ...part)
  }
  return Uint8Array.from([...parts, 0x00])
}

function packet(length: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(length)
  return { bytes, view: viewOn(bytes) }
}

const viewOn = ({ buffer, byteLength, byteOffset }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)
