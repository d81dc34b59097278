import { createHash } from 'node:crypto'
import { isDialable } from '../transport/address.ts'
import type { Address } from '../transport/transport.ts'
import { type BencodeDocument, BencodeError, type BencodeNode, bencodeSteps } from './bencode-reader.ts'
import { MetainfoError } from './metainfo-error.ts'
import { sliceBytes } from './sha1.ts'
import { Pace, type Steps } from './steps.ts'
import { readFiles, type TorrentFile } from './torrent-files.ts'
import { strictText } from './utf8.ts'

/** What a .torrent file says (BEP 3), checked to be consistent with itself and safe to write to a disk. */
export interface Metainfo {
  /** 20 bytes: SHA-1 of `infoBytes`. */
  readonly infoHash: Uint8Array
  /** The info dictionary exactly as it stands in the file, canonical or not: what BEP 9 serves. */
  readonly infoBytes: Uint8Array
  readonly name: string
  /** In bytes; the last piece may be shorter. */
  readonly pieceLength: number
  /** In bytes, pad files included; at least 1. */
  readonly length: number
  /** 20 bytes of SHA-1 for each piece. */
  readonly pieceHashes: Uint8Array
  /** In the order of their bytes. */
  readonly files: readonly TorrentFile[]
  /** Peers come from the trackers alone (BEP 27). */
  readonly private: boolean
  /** Tiers of tracker addresses (BEP 12); `announce` alone is one tier of one. */
  readonly announce: readonly (readonly string[])[]
  /** Where the data may be had by HTTP (BEP 19, `url-list`), as it stands there. */
  readonly webSeeds: readonly string[]
  /** Nodes of the DHT that may know its peers (BEP 5, `nodes`), the first 100 that can be asked. Absent where none is named. */
  readonly nodes?: readonly Address[]
  readonly comment?: string
}

/** In bytes. libtorrent stops at 10,000,000; this holds 500,000 piece hashes, 8 TiB at 16 MiB a piece. */
export const metainfoBytesMax = 10 * 1024 * 1024

/** In bytes. A piece is held whole in memory until it is hashed. */
const pieceLengthMax = 2 ** 29

/** Nodes of the DHT that are read. Our own number: clients write about ten. */
const nodesMax = 100

/** The steps of `parseMetainfo`. */
export function* metainfoSteps(bytes: Uint8Array, platform: NodeJS.Platform): Steps<Metainfo> {
  if (bytes.length === 0) throw new MetainfoError('the file is empty')
  const file = hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes
  const { root } = yield* decode(file, 'the file')
  const info = root.get('info')
  if (info === undefined) throw new MetainfoError('it has no info dictionary')
  yield
  const comment = textOf(root.get('comment.utf-8')) ?? textOf(root.get('comment'))
  const nodes = yield* readNodes(root)
  return {
    ...(yield* readInfo(info, platform)),
    announce: yield* readAnnounce(root),
    webSeeds: yield* readWebSeeds(root),
    ...(nodes.length > 0 && { nodes }),
    ...(comment !== undefined && { comment }),
  }
}

/** The steps of `readInfo`. */
export function* infoSteps(bytes: Uint8Array, platform: NodeJS.Platform): Steps<Metainfo> {
  const { root, end } = yield* decode(bytes, 'info')
  if (end < bytes.length)
    throw new MetainfoError(`info cannot be read: ${bytes.length - end} bytes follow the dictionary`)
  return yield* readInfo(root, platform)
}

const hasByteOrderMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf

function* readInfo(info: BencodeNode, platform: NodeJS.Platform): Steps<Metainfo> {
  if (!info.isDictionary) throw new MetainfoError('info cannot be read: it is no bencoded dictionary')
  // Not slice(): of a Buffer that is a view, which keeps the whole file alive and changes with it.
  const { raw } = info
  const infoBytes = new Uint8Array(raw)
  yield
  const infoHash = yield* hashed(infoBytes)
  const pieces = info.get('pieces')
  if (pieces === undefined && info.get('meta version')?.integer === 2) {
    throw new MetainfoError('it is a version 2 torrent (BEP 52) without a version 1 part, which is not supported yet')
  }
  yield
  const pieceLength = readPieceLength(info)
  const { name, files } = yield* readFiles(info, infoHash.toString('hex'), platform)
  const last = files.at(-1)
  const length = last === undefined ? 0 : last.offset + last.length
  if (length === 0) throw new MetainfoError('it holds no data: all its files are empty')
  const hashes = pieces?.string
  if (hashes === undefined) throw new MetainfoError('info has no piece hashes')
  const from = hashes.byteOffset - raw.byteOffset
  const pieceHashes = infoBytes.subarray(from, from + hashes.length)
  const pieceCount = Math.ceil(length / pieceLength)
  if (pieceHashes.length !== pieceCount * 20) {
    throw new MetainfoError(
      `it contradicts itself: ${length} bytes in pieces of ${pieceLength} need ${pieceCount} piece hashes of 20 bytes, ` +
        `but ${pieceHashes.length} bytes of hashes stand there`,
    )
  }
  return {
    infoHash: new Uint8Array(infoHash),
    infoBytes,
    name,
    pieceLength,
    length,
    pieceHashes,
    files,
    private: (info.get('private')?.integer ?? 0) !== 0,
    announce: [],
    webSeeds: [],
  }
}

function* hashed(bytes: Uint8Array): Steps<Buffer> {
  const hash = createHash('sha1')
  for (let begin = 0; begin < bytes.length; begin += sliceBytes) {
    if (begin > 0) yield
    hash.update(bytes.subarray(begin, begin + sliceBytes))
  }
  return hash.digest()
}

function* decode(bytes: Uint8Array, what: string): Steps<BencodeDocument> {
  if (bytes.length > metainfoBytesMax) {
    throw new MetainfoError(`${what} has ${bytes.length} bytes, more than the ${metainfoBytesMax} that are read`)
  }
  try {
    return yield* bencodeSteps(bytes)
  } catch (error) {
    if (error instanceof BencodeError) throw new MetainfoError(`${what} cannot be read: ${error.message}`)
    throw error
  }
}

const textOf = (value: BencodeNode | undefined): string | undefined => {
  const bytes = value?.string
  return bytes && strictText(bytes)
}

const readPieceLength = (info: BencodeNode): number => {
  const node = info.get('piece length')
  if (node === undefined) throw new MetainfoError('info has no piece length')
  const value = node.integer
  if (value === undefined) throw new MetainfoError('piece length is no integer')
  if (value < 1 || value > pieceLengthMax) {
    throw new MetainfoError(`a piece length of ${value} is not from 1 to ${pieceLengthMax}`)
  }
  return value
}

function* readAnnounce(file: BencodeNode): Steps<string[][]> {
  const pace = new Pace()
  const tiers: string[][] = []
  for (const item of file.get('announce-list')?.eachItem() ?? []) {
    if (pace.isDue()) yield
    const tier: string[] = []
    for (const address of item.eachItem()) {
      if (pace.isDue()) yield
      const text = textOf(address)
      if (text !== undefined) tier.push(text)
    }
    if (tier.length > 0) tiers.push(tier)
  }
  if (tiers.length > 0) return tiers
  const announce = textOf(file.get('announce'))
  return announce === undefined || announce === '' ? [] : [[announce]]
}

/** One address may stand there without a list. */
function* readWebSeeds(file: BencodeNode): Steps<string[]> {
  const pace = new Pace()
  const seeds = new Set<string>()
  const listed = file.get('url-list')
  for (const item of listed?.string ? [listed] : (listed?.eachItem() ?? [])) {
    if (pace.isDue()) yield
    const text = textOf(item)
    if (text) seeds.add(text)
  }
  return [...seeds]
}

/** Pairs of a host and a port. */
function* readNodes(file: BencodeNode): Steps<Address[]> {
  const pace = new Pace()
  const nodes: Address[] = []
  for (const item of file.get('nodes')?.eachItem() ?? []) {
    if (pace.isDue()) yield
    const [first, second] = item.eachItem()
    const host = textOf(first)
    const port = second?.integer
    if (host === undefined || port === undefined || !isDialable({ host, port })) continue
    if (nodes.push({ host, port }) === nodesMax) break
  }
  return nodes
}
