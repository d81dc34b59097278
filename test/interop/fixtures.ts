import { createCipheriv, createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createWithLibtorrent, type TorrentFacts } from './libtorrent.ts'

/** A torrent and its data: `dir` holds the file or folder `name`, `torrent` is the path of the .torrent. */
export interface Fixture extends TorrentFacts {
  readonly dir: string
  readonly name: string
  readonly torrent: string
}

const pieceLength = 256 * 1024

/** A temporary folder of its own; `remove` takes it away with all in it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'peerchart-interop-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** `length` bytes that look random and are the same for the same seed. */
export function seededBytes(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** One file of `size` bytes, 64 MiB by default, below `dir`. The .torrent is made by libtorrent. */
export function singleFile(dir: string, size = 64 * 1024 * 1024): Promise<Fixture> {
  return makeFixture(dir, 'single.bin', { '': size })
}

/**
 * A folder with what breaks file splitting: no byte (first, in the middle, last), one byte, one piece to the byte, one byte
 * more or less, many files in one piece, a file of many pieces, deep folders, names in several scripts, a short last piece.
 */
export function manyFiles(dir: string): Promise<Fixture> {
  const small = Array.from({ length: 40 }, (_, index) => [
    `small/${String(index).padStart(2, '0')}.dat`,
    1 + index * 97,
  ])
  return makeFixture(dir, 'Many files – много', {
    '0 empty first': 0,
    'a/b/c/d/one byte': 1,
    'a/b/empty in the middle': 0,
    'a/exactly one piece.bin': pieceLength,
    'a/one less.bin': pieceLength - 1,
    'a/one more.bin': pieceLength + 1,
    'big.bin': 9 * pieceLength + 12_345,
    ...Object.fromEntries(small),
    'ünïcödé/日本語 🎈.txt': 70_001,
    'ünïcödé/عربى': 3,
    'z empty last': 0,
  })
}

/** A folder of two files of `pieces` pieces each, to the byte: `kept.bin` and `lost.bin`. */
export function twoFiles(dir: string, pieces: number): Promise<Fixture> {
  return makeFixture(dir, 'two', { 'kept.bin': pieces * pieceLength, 'lost.bin': pieces * pieceLength })
}

/** A folder of so many files that its info dictionary is longer than two pieces of metadata (BEP 9). */
export function hundredsOfFiles(dir: string): Promise<Fixture> {
  const names = Array.from({ length: 600 }, (_, index) => `${'a name that takes its place '.repeat(2)}${index}.txt`)
  return makeFixture(dir, 'hundreds', Object.fromEntries(names.map((name, index) => [name, 1_000 + index])))
}

/** A copy of a fixture's data in which every byte is wrong and every name and size right; returns the folder. */
export async function corruptCopy(fixture: Fixture, dir: string): Promise<string> {
  for (const path of await filesBelow(join(fixture.dir, fixture.name))) {
    const target = join(dir, relative(fixture.dir, path))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(
      target,
      (await readFile(path)).map((byte) => byte ^ 0xff),
    )
  }
  return dir
}

/** What lies at `path`: each file's path below it (empty for a file), to its size and SHA-1. Folders alone do not count. */
export async function digest(path: string): Promise<Record<string, string>> {
  const entries: [string, string][] = []
  for (const file of await filesBelow(path)) {
    const bytes = await readFile(file)
    entries.push([relative(path, file), `${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`])
  }
  return Object.fromEntries(entries.sort())
}

async function makeFixture(dir: string, name: string, files: Readonly<Record<string, number>>): Promise<Fixture> {
  const data = join(dir, 'data')
  for (const [path, size] of Object.entries(files)) {
    const target = join(data, name, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, seededBytes(`${name}/${path}`, size))
  }
  const torrent = join(dir, `${name}.torrent`)
  const facts = await createWithLibtorrent(join(data, name), torrent, pieceLength)
  return { ...facts, dir: data, name, torrent }
}

async function filesBelow(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
