/** A file of a torrent that a web seed serves; `Metainfo.files` has such. */
export interface WebSeedFile {
  /** Its first byte among those of the torrent, and how many it has. */
  readonly offset: number
  readonly length: number
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
