/** Where a file has its first byte among those of the torrent, and how many it has. */
export interface FileBytes {
  readonly offset: number
  readonly length: number
}

/** A file of a torrent that a web seed serves; `Metainfo.files` has such. */
export interface WebSeedFile extends FileBytes {
  /** Zeros that align the next file to a piece (BEP 47): no server has them. */
  readonly pad?: true
  readonly path: readonly string[]
  /** What the torrent calls it, where `path` is not that. */
  readonly renamedFrom?: readonly string[]
}

/** What a web seed has: all of a torrent. `Metainfo` is one. */
export interface WebSeedContent {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  readonly pieceLength: number
  /** In the order of their bytes. */
  readonly files: readonly WebSeedFile[]
}

/** Bytes of one file, from `begin` to before `end`, counted in the file. */
export interface FilePart {
  readonly file: number
  readonly begin: number
  readonly end: number
}

/** The bitfield (BEP 3) of whoever has all of a torrent but some files, by their numbers: no piece with a byte of one of these. */
export function bitsWithout(
  { files, pieceLength }: { readonly files: readonly FileBytes[]; readonly pieceLength: number },
  without: readonly number[],
): Uint8Array {
  const last = files.at(-1)
  const pieceCount = Math.ceil(last ? (last.offset + last.length) / pieceLength : 0)
  const bits = new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff)
  const clear = (index: number) => {
    bits[index >>> 3] = (bits[index >>> 3] ?? 0) & ~(0x80 >>> (index & 7))
  }
  for (const file of without) {
    const { length, offset } = files[file] ?? { length: 0, offset: 0 }
    if (length === 0) continue
    for (let index = Math.floor(offset / pieceLength); index * pieceLength < offset + length; index++) clear(index)
  }
  for (let spare = pieceCount; spare < bits.length * 8; spare++) clear(spare)
  return bits
}

/** Whether there is a file with bytes that a server may have, besides some, by their numbers. */
export function hasOthers(files: readonly WebSeedFile[], besides: readonly number[]): boolean {
  const left = new Set(besides)
  return files.some(({ length, pad }, file) => length > 0 && !pad && !left.has(file))
}

/** Which parts of which files the bytes of a torrent from `begin` to before `end` are, in order. */
export function partsOf(files: readonly WebSeedFile[], begin: number, end: number): readonly FilePart[] {
  const parts: FilePart[] = []
  for (let file = fileAt(files, begin); file < files.length; file++) {
    const { offset, length } = files[file] as WebSeedFile
    if (offset >= end) break
    const part = { file, begin: Math.max(0, begin - offset), end: Math.min(length, end - offset) }
    if (part.end > part.begin) parts.push(part)
  }
  return parts
}

/** The last file that begins at a byte or before it; of several that begin there, as empty ones do, one of them. */
function fileAt(files: readonly WebSeedFile[], at: number): number {
  let low = 0
  let high = files.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((files[middle]?.offset ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}
