import { createHash } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bencode from 'bencode'
import { onTestFinished } from 'vitest'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import type { ChunkStore } from '../../storage/store.ts'

/** A folder that is gone when the test is. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-storage-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What is flushed until the test is over, by inode; `fail` may refuse. */
export const watchedFlushes = async (
  fail: (inode: bigint) => Error | undefined = () => undefined,
): Promise<{ readonly inodes: bigint[]; mostAtOnce: number }> => {
  const handle = await open(tmpdir(), 'r')
  const prototype: Pick<FileHandle, 'sync'> = Object.getPrototypeOf(handle)
  await handle.close()
  const { sync } = prototype
  const seen = { inodes: [] as bigint[], mostAtOnce: 0 }
  let underWay = 0
  prototype.sync = async function (this: FileHandle) {
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++underWay)
    try {
      const { ino } = await this.stat({ bigint: true })
      const error = fail(ino)
      if (error) throw error
      await sync.call(this)
      seen.inodes.push(ino)
    } finally {
      underWay--
    }
  }
  onTestFinished(() => {
    prototype.sync = sync
  })
  return seen
}

/** Files that are read, or written to, fail to close, though they are closed, until the test is over or the answer is called. */
export const failingCloses = async (after: 'read' | 'write'): Promise<() => void> => {
  const handle = await open(tmpdir(), 'r')
  const prototype: Record<'read' | 'write', (...args: unknown[]) => unknown> = Object.getPrototypeOf(handle)
  await handle.close()
  const original = prototype[after]
  const broken = new WeakSet<FileHandle>()
  prototype[after] = function (this: FileHandle, ...args: unknown[]) {
    if (!broken.has(this)) {
      broken.add(this)
      // Each has one of its own.
      const close = this.close
      this.close = async () => {
        await close()
        throw Object.assign(new Error('EIO: i/o error, close'), { code: 'EIO', errno: -5 })
      }
    }
    return original.apply(this, args)
  }
  const end = () => {
    prototype[after] = original
  }
  onTestFinished(end)
  return end
}

/** After so many bytes they come again: a prime, so that no two pieces or blocks of a torrent are the same. */
const patternPeriod = 1_048_583

/** By seed, the longest that was made: what is shorter begins alike. */
const patterns = new Map<number, Uint8Array>()

/** Bytes that differ from place to place and from seed to seed, the same in every run; the caller's own. */
export const patternedBytes = (length: number, seed = 1): Uint8Array => {
  const known = patterns.get(seed)
  if (known && known.length >= length) return known.slice(0, length)
  // Longer than asked for: lengths often grow from call to call.
  const bytes = new Uint8Array(2 * length)
  let state = seed
  for (let i = 0; i < Math.min(bytes.length, patternPeriod); i++) {
    // A signed state is a small integer to the engine, one above 2 ** 31 is not: that takes five times as long.
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[i] = state >>> 24
  }
  for (let made = patternPeriod; made < bytes.length; made *= 2) bytes.copyWithin(made, 0, made)
  patterns.set(seed, bytes)
  return bytes.slice(0, length)
}

export const sha1 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha1').update(data).digest())

/** The hashes of all pieces, one after another. */
export const hashPieces = (data: Uint8Array, pieceLength: number): Uint8Array => {
  const hashes: Uint8Array[] = []
  for (let start = 0; start < data.length; start += pieceLength)
    hashes.push(sha1(data.subarray(start, start + pieceLength)))
  return new Uint8Array(Buffer.concat(hashes))
}

export interface FileSpec {
  readonly path: readonly string[]
  readonly length: number
  readonly attr?: string
}

/** A torrent of several files with patterned content, zeros in its pad files. */
export const multiFileTorrent = (
  files: readonly FileSpec[],
  pieceLength: number,
): { metainfo: Metainfo; data: Uint8Array } => {
  const data = new Uint8Array(
    Buffer.concat(
      files.map(({ length, attr }, i) => (attr === 'p' ? new Uint8Array(length) : patternedBytes(length, i + 1))),
    ),
  )
  const info = { name: 'album', 'piece length': pieceLength, pieces: hashPieces(data, pieceLength), files }
  return { metainfo: parseMetainfo(bencode.encode({ info })), data }
}

/** By length and length of a piece, the hashes of a torrent of one file: many tests use the same few. */
const songHashes = new Map<string, Uint8Array>()

/** A torrent of one file with patterned content. */
export const singleFileTorrent = (length: number, pieceLength: number): { metainfo: Metainfo; data: Uint8Array } => {
  const data = patternedBytes(length)
  const key = `${length}/${pieceLength}`
  const pieces = songHashes.get(key) ?? hashPieces(data, pieceLength)
  songHashes.set(key, pieces)
  const info = { name: 'song', 'piece length': pieceLength, pieces, length }
  return { metainfo: parseMetainfo(bencode.encode({ info })), data }
}

/** A torrent of 64 pieces of 64 bytes whose info dictionary is as long as that of one of so many pieces: a long one need not be slow. */
export const longInfoTorrent = (likePieces: number): { metainfo: Metainfo; data: Uint8Array } => {
  const pieceLength = 64
  const length = 64 * pieceLength - 7
  const data = patternedBytes(length)
  const pieces = hashPieces(data, pieceLength)
  const info = {
    name: 'song',
    'piece length': pieceLength,
    pieces,
    length,
    source: patternedBytes(likePieces * 20 - pieces.length),
  }
  return { metainfo: parseMetainfo(bencode.encode({ info })), data }
}

export const pieceOf = (metainfo: Metainfo, data: Uint8Array, index: number): Uint8Array =>
  data.subarray(index * metainfo.pieceLength, (index + 1) * metainfo.pieceLength)

/** Which pieces a bitfield names. */
export const piecesIn = (bitfield: Uint8Array): number[] =>
  [...bitfield].flatMap((byte, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => i * 8 + bit),
  )

/** A store that notes each `get`, and whose operations may be made to fail. */
export const watchedStore = (store: ChunkStore, fail: { put?: Error; get?: Error } = {}) => {
  const gets: { index: number; offset: number; length: number }[] = []
  const watched: ChunkStore = {
    chunkLength: store.chunkLength,
    put: (index, data, done) => (fail.put ? done(fail.put) : store.put(index, data, done)),
    get: (index, range, done) => {
      gets.push({ index, offset: range?.offset ?? 0, length: range?.length ?? store.chunkLength })
      if (fail.get) done(fail.get)
      else store.get(index, range, done)
    },
    close: (done) => store.close(done),
  }
  return { store: watched, gets }
}
