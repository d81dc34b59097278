import { createHash } from 'node:crypto'
import bencode, { type BencodeValue } from 'bencode'
import { BencodeScanError, scanDictionary } from './bencode-scan.ts'
import { checkFileTree, checkPathComponent, pathComponentsMax } from './file-path.ts'
import { MetainfoError, quote } from './metainfo-error.ts'

export { MetainfoError } from './metainfo-error.ts'

/** One file of a torrent. */
export interface TorrentFile {
  /** Names below the output folder, the torrent's own name first; each is safe to join to a path. */
  readonly path: readonly string[]
  /** In bytes. */
  readonly length: number
  /** Where its first byte stands among the bytes of all files. */
  readonly offset: number
  /** Zeros that align the next file to a piece (BEP 47): hashed and sent like any bytes, but never a file on disk. */
  readonly pad?: true
}

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
  readonly comment?: string
}

/** In bytes. libtorrent stops at 10,000,000; this holds 500,000 piece hashes, 8 TiB at 16 MiB a piece. */
export const metainfoBytesMax = 10 * 1024 * 1024

/** In bytes. A piece is held whole in memory until it is hashed. */
const pieceLengthMax = 2 ** 29

/**
 * Reads a .torrent file, version 1 or the version 1 part of a hybrid.
 *
 * A torrent without a single byte of data is refused: it has no piece to verify or exchange. So are symbolic links (BEP 47).
 * Names are taken from `name.utf-8` and `path.utf-8` where these stand. Malformed trackers and comments are left out rather
 * than refused: the data does not depend on them.
 *
 * @throws MetainfoError, one line long, on anything that is no such file.
 */
export const parseMetainfo = (bytes: Uint8Array): Metainfo => {
  if (bytes.length === 0) throw new MetainfoError('the file is empty')
  const { spans, dictionary } = decode(bytes, 'the file')
  const span = spans.get('info')
  if (span === undefined) throw new MetainfoError('it has no info dictionary')
  const comment = textOf(dictionary['comment.utf-8']) ?? textOf(dictionary.comment)
  return {
    ...parseInfo(bytes.subarray(span.start, span.end)),
    announce: readAnnounce(dictionary),
    ...(comment !== undefined && { comment }),
  }
}

/**
 * Reads an info dictionary alone, as `ut_metadata` (BEP 9) brings it: like `parseMetainfo`, with no trackers and no comment.
 * The caller compares `infoHash` with the one it asked for.
 *
 * @throws MetainfoError
 */
export const parseInfo = (bytes: Uint8Array): Metainfo => {
  const { dictionary: info } = decode(bytes, 'info')
  // Not slice(): of a Buffer that is a view, which keeps the whole file alive and changes with it.
  const infoBytes = new Uint8Array(bytes)
  const pieces = info.pieces
  if (pieces === undefined && info['meta version'] === 2) {
    throw new MetainfoError('it is a version 2 torrent (BEP 52) without a version 1 part, which is not supported yet')
  }
  const name = readText(info, 'name')
  checkPathComponent(name, 'name')
  const pieceLength = readPieceLength(info)
  const files = readFiles(info, name)
  const last = files.at(-1)
  const length = last === undefined ? 0 : last.offset + last.length
  if (length === 0) throw new MetainfoError('it holds no data: all its files are empty')
  if (!(pieces instanceof Uint8Array)) throw new MetainfoError('info has no piece hashes')
  const pieceCount = Math.ceil(length / pieceLength)
  if (pieces.length !== pieceCount * 20) {
    throw new MetainfoError(
      `it contradicts itself: ${length} bytes in pieces of ${pieceLength} need ${pieceCount} piece hashes of 20 bytes, ` +
        `but ${pieces.length} bytes of hashes stand there`,
    )
  }
  return {
    infoHash: new Uint8Array(createHash('sha1').update(infoBytes).digest()),
    infoBytes,
    name,
    pieceLength,
    length,
    pieceHashes: pieces,
    files,
    private: info.private === 1,
    announce: [],
  }
}

interface Dictionary {
  readonly [key: string]: BencodeValue
}

const decode = (bytes: Uint8Array, what: string) => {
  if (bytes.length > metainfoBytesMax) {
    throw new MetainfoError(`${what} has ${bytes.length} bytes, more than the ${metainfoBytesMax} that are read`)
  }
  try {
    const spans = scanDictionary(bytes)
    const dictionary = bencode.decode(bytes)
    if (!isDictionary(dictionary)) throw new MetainfoError(`${what} is no dictionary`)
    return { spans, dictionary }
  } catch (error) {
    if (error instanceof BencodeScanError) throw new MetainfoError(`${what} can not be read: ${error.message}`)
    throw error
  }
}

const isDictionary = (value: BencodeValue | undefined): value is { [key: string]: BencodeValue } =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const textOf = (value: BencodeValue | undefined): string | undefined => {
  if (!(value instanceof Uint8Array)) return undefined
  try {
    return utf8.decode(value)
  } catch {
    return undefined
  }
}

const readText = (dictionary: Dictionary, key: string): string => {
  const value = dictionary[`${key}.utf-8`] ?? dictionary[key]
  if (value === undefined) throw new MetainfoError(`info has no ${key}`)
  const text = textOf(value)
  if (text === undefined) throw new MetainfoError(`${key} is no UTF-8 text`)
  return text
}

const readPieceLength = (info: Dictionary): number => {
  const value = info['piece length']
  if (value === undefined) throw new MetainfoError('info has no piece length')
  if (typeof value !== 'number') throw new MetainfoError('piece length is no integer')
  if (value < 1 || value > pieceLengthMax) {
    throw new MetainfoError(`a piece length of ${value} is not from 1 to ${pieceLengthMax}`)
  }
  return value
}

const readFiles = (info: Dictionary, name: string): TorrentFile[] => {
  const list = info.files
  if (list !== undefined && info.length !== undefined) {
    throw new MetainfoError('it contradicts itself: info has both a length and files')
  }
  if (list === undefined) {
    refuseSymlink(info, [name])
    return [{ path: [name], length: readLength(info, [name]), offset: 0 }]
  }
  if (!Array.isArray(list)) throw new MetainfoError('files is no list')
  const files: TorrentFile[] = []
  let offset = 0
  for (const item of list) {
    if (!isDictionary(item)) throw new MetainfoError(`file ${files.length} is no dictionary`)
    const path = [name, ...readPath(item, files.length)]
    refuseSymlink(item, path)
    const length = readLength(item, path)
    files.push({ path, length, offset, ...(attributes(item).includes('p') && { pad: true }) })
    offset += length
    if (!Number.isSafeInteger(offset)) throw new MetainfoError('the lengths of the files add up past 2^53')
  }
  // Pad files never reach the disk, and clients name them alike.
  checkFileTree(files.filter((file) => !file.pad).map((file) => file.path))
  return files
}

const readPath = (file: Dictionary, index: number): string[] => {
  const list = file['path.utf-8'] ?? file.path
  if (!Array.isArray(list) || list.length === 0) throw new MetainfoError(`file ${index} has no path`)
  if (list.length > pathComponentsMax) {
    throw new MetainfoError(`the path of file ${index} has ${list.length} parts, more than ${pathComponentsMax}`)
  }
  return list.map((item) => {
    const component = textOf(item)
    if (component === undefined) throw new MetainfoError(`the path of file ${index} is no UTF-8 text`)
    checkPathComponent(component, `the path of file ${index}`)
    return component
  })
}

const readLength = (dictionary: Dictionary, path: readonly string[]): number => {
  const length = dictionary.length
  if (length === undefined) throw new MetainfoError(`${quote(path.join('/'))} has no length`)
  if (!Number.isSafeInteger(length) || typeof length !== 'number' || length < 0) {
    throw new MetainfoError(`the length of ${quote(path.join('/'))} is no count of bytes`)
  }
  return length
}

const attributes = (file: Dictionary): string => textOf(file.attr) ?? ''

const refuseSymlink = (file: Dictionary, path: readonly string[]): void => {
  if (attributes(file).includes('l')) {
    throw new MetainfoError(`${quote(path.join('/'))} is a symbolic link (BEP 47), which is not supported`)
  }
}

const readAnnounce = (dictionary: Dictionary): string[][] => {
  const list = dictionary['announce-list']
  const tiers = (Array.isArray(list) ? list : [])
    .map((tier) => (Array.isArray(tier) ? tier.flatMap((address) => textOf(address) ?? []) : []))
    .filter((tier) => tier.length > 0)
  if (tiers.length > 0) return tiers
  const announce = textOf(dictionary.announce)
  return announce === undefined || announce === '' ? [] : [[announce]]
}
