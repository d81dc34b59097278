import { createHash } from 'node:crypto'
import { formatAddress, parseAddress } from '../transport/address.ts'
import type { ReachedAddress } from '../transport/reached-address.ts'
import { encodeBencode } from '../transport/wire/bencode.ts'
import type { Block } from '../transport/wire/messages.ts'
import { type BencodeNode, readBencode } from './bencode-reader.ts'
import type { FileStamp } from './file-stamps.ts'

/** What a torrent knows and would lose with its process. */
export interface ResumeData {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** A bitfield (BEP 3) of the pieces that were verified and are on disk. */
  readonly have: Uint8Array
  /** How the files stood then, as `FileWatch` tells; none of a store without files. */
  readonly stamps: readonly FileStamp[]
  /** What has come of pieces that are not whole. */
  readonly blocks: readonly Block[]
  /** Payload bytes of all runs. */
  readonly downloaded: number
  readonly uploaded: number
  /** Where peers were reached, and how. */
  readonly addresses: readonly ReachedAddress[]
  /** One byte a file: how much it was wanted. Absent when all files were, alike, and nobody has said so. */
  readonly priorities?: Uint8Array
  /** The info dictionary of a magnet link, so that it starts without a peer. */
  readonly metadata?: Uint8Array
}

/**
 * Why resume data is not believed. `torn`: cut off, changed or never whole. `version`: written by a version of peerchart that keeps
 * it otherwise. `foreign`: of another torrent. `malformed`: whole, and yet not what we write.
 */
export type ResumeRefusal = 'torn' | 'version' | 'foreign' | 'malformed'

/** Resume data was refused; the torrent goes on by hashing what is on disk. */
export class ResumeError extends Error {
  override readonly name = 'ResumeError'
  readonly refusal: ResumeRefusal

  constructor(refusal: ResumeRefusal) {
    super(`the resume data cannot be used: ${refusals[refusal]}`)
    this.refusal = refusal
  }
}

const refusals: Readonly<Record<ResumeRefusal, string>> = {
  torn: 'it is damaged or incomplete',
  version: 'it is of another version',
  foreign: 'it is of another torrent',
  malformed: 'it is not what peerchart writes',
}

/** In bytes: more is not read. The blocks of unfinished pieces, metadata and the stamps of 100,000 files fit twice. */
export const resumeBytesMax = 64 * 1024 * 1024

/** Raised when data of before would be misread. */
const version = 1

/** SHA-1: against damage, not against forgers: they could as well change the files. */
const digestBytes = 20

const stampBytes = 32
const absent = new Uint8Array(stampBytes)
const unknown = new Uint8Array(stampBytes).fill(0xff)

/** A bencoded dictionary (BEP 3), and behind it the SHA-1 of it. */
export const encodeResume = (data: ResumeData): Uint8Array => {
  const body = encodeBencode({
    addresses: data.addresses.map(formatAddress),
    blocks: data.blocks.map(({ index, begin, data }) => [index, begin, data]),
    downloaded: data.downloaded,
    files: Buffer.concat(data.stamps.map(encodeStamp)),
    'info hash': data.infoHash,
    ...(data.metadata && { metadata: data.metadata }),
    pieces: data.have,
    ...(data.priorities && { priorities: data.priorities }),
    uploaded: data.uploaded,
    version,
    ways: data.addresses.map(({ plaintext = false, transport = '' }) => [transport, plaintext ? 1 : 0]),
  })
  return Buffer.concat([body, digest(body)])
}

/** Reads what `encodeResume` wrote for the torrent of that info hash. Never throws: what is not that, whole, is refused. */
export const decodeResume = (bytes: Uint8Array, infoHash: Uint8Array): ResumeData | ResumeRefusal => {
  const body = bytes.subarray(0, Math.max(0, bytes.length - digestBytes))
  if (bytes.length > resumeBytesMax || Buffer.compare(digest(body), bytes.subarray(body.length)) !== 0) return 'torn'
  try {
    const { root, end } = readBencode(body)
    return end === body.length ? readBody(root, infoHash) : 'malformed'
  } catch {
    return 'malformed'
  }
}

/** Throws an error where something is not as we write it. */
const readBody = (body: BencodeNode, infoHash: Uint8Array): ResumeData | ResumeRefusal => {
  if (body.get('version')?.integer !== version) return 'version'
  if (Buffer.compare(text(body.get('info hash')), infoHash) !== 0) return 'foreign'
  const metadata = body.get('metadata')
  const priorities = body.get('priorities')
  return {
    infoHash,
    have: text(body.get('pieces')),
    stamps: decodeStamps(text(body.get('files'))),
    blocks: list(body.get('blocks')).map((one) => {
      const [index, begin, data] = list(one)
      return { index: count(index), begin: count(begin), data: text(data) }
    }),
    downloaded: count(body.get('downloaded')),
    uploaded: count(body.get('uploaded')),
    addresses: readAddresses(body),
    ...(priorities !== undefined && { priorities: text(priorities) }),
    ...(metadata !== undefined && { metadata: text(metadata) }),
  }
}

/** Data of before says nothing of the ways. */
const readAddresses = (body: BencodeNode): ReachedAddress[] => {
  const ways = body.get('ways')?.items ?? []
  return list(body.get('addresses')).map((one, i) => {
    const way = ways[i]
    return { ...parseAddress(Buffer.from(text(one)).toString()), ...(way && readWay(way)) }
  })
}

const readWay = (way: BencodeNode): Pick<ReachedAddress, 'plaintext' | 'transport'> => {
  const [kind, plaintext] = list(way)
  const transport = Buffer.from(text(kind)).toString()
  return { ...(transport !== '' && { transport }), ...(count(plaintext) > 0 && { plaintext: true }) }
}

const digest = (body: Uint8Array): Uint8Array => createHash('sha1').update(body).digest()

const encodeStamp = (stamp: FileStamp): Uint8Array => {
  if (stamp === 'absent') return absent
  if (stamp === 'unknown') return unknown
  const bytes = Buffer.alloc(stampBytes)
  for (const [i, value] of [stamp.size, stamp.mtimeNs, stamp.ctimeNs, stamp.inode].entries()) {
    bytes.writeBigUInt64BE(value, i * 8)
  }
  return bytes
}

const decodeStamps = (bytes: Uint8Array): FileStamp[] => {
  if (bytes.length % stampBytes !== 0) throw new RangeError('a stamp is cut off')
  return Array.from({ length: bytes.length / stampBytes }, (_, i) => {
    const one = Buffer.from(bytes.buffer, bytes.byteOffset + i * stampBytes, stampBytes)
    if (one.equals(absent)) return 'absent'
    if (one.equals(unknown)) return 'unknown'
    const [size, mtimeNs, ctimeNs, inode] = [0, 8, 16, 24].map((at) => one.readBigUInt64BE(at))
    return { size, mtimeNs, ctimeNs, inode } as FileStamp
  })
}

const list = (value: BencodeNode | undefined): readonly BencodeNode[] => {
  if (value?.items === undefined) throw new TypeError('no list')
  return value.items
}

/** A copy: the file that it stood in is not kept for it. */
const text = (value: BencodeNode | undefined): Uint8Array => {
  if (value?.string === undefined) throw new TypeError('no string')
  return new Uint8Array(value.string)
}

const count = (value: BencodeNode | undefined): number => {
  const number = value?.integer
  if (number === undefined || !Number.isSafeInteger(number) || number < 0) throw new TypeError('no count')
  return number
}
