import { NameTree } from './name-tree.ts'
import { nameBytesMax } from './safe-name.ts'
import { Pace, type Steps } from './steps.ts'

/** A path that a torrent wants for a file. */
export interface WantedPath {
  readonly path: readonly string[]
  /** In bytes. */
  readonly length: number
  /** Never on disk: pads of one length may share a path. */
  readonly pad?: true
}

/** In bytes: a dot and the number of a file, of which there are less than a million. */
const counterBytesMax = 7

/**
 * Gives each file a path of its own, libtorrent's: a file whose path another has already, or that is a folder of another, gets the
 * first number that is free, before its extension: `a.1.mp3`. Names that differ in the case of ASCII letters alone count as one; on
 * Windows and macOS of all letters, and on macOS `ü` composed and decomposed too, since their disks do not tell these apart.
 *
 * In steps; linear in the parts of all paths, however many clash.
 *
 * @param rename is told the last part of each path that cannot be as it is wanted.
 */
export function* giveDistinctNames<Wanted extends WantedPath>(
  files: readonly Wanted[],
  platform: NodeJS.Platform,
  rename: (file: Wanted, name: string) => void,
): Steps<void> {
  const keyOf = platform === 'darwin' ? macKey : platform === 'win32' ? windowsKey : asciiKey
  const tree = new NameTree(files.length)
  // Folders first: no file may stand in the way of another, whichever comes first.
  const folders = new Int32Array(files.length)
  let before: readonly string[] = []
  const pace = new Pace()
  for (let i = 0; i < files.length; i++) {
    const path = files[i]?.path ?? []
    // Files of a folder mostly stand together.
    if (haveOneFolder(path, before)) {
      folders[i] = folders[i - 1] ?? 0
    } else {
      let folder = 0
      for (let depth = 0; depth < path.length - 1; depth++) {
        folder = tree.put(folder, keyOf(path[depth] ?? ''))
        if (pace.isDue()) yield
      }
      folders[i] = folder
    }
    before = path
    if (pace.isDue()) yield
  }
  /** Pads by their place. */
  const pads = new Map<number, Wanted>()
  const counters = new Map<number, number>()
  for (const [i, file] of files.entries()) {
    if (pace.isDue()) yield
    const folder = folders[i] ?? 0
    const name = file.path.at(-1) ?? ''
    const { size } = tree
    const place = tree.put(folder, keyOf(name))
    if (tree.size > size) {
      if (file.pad) pads.set(place, file)
      continue
    }
    if (file.pad && pads.get(place)?.length === file.length) continue
    const [base, extension] = splitName(name)
    // Not the place of a file: a slash stands in no name.
    const counter = tree.put(folder, keyOf(`${base}/${extension}`))
    for (let count = (counters.get(counter) ?? 0) + 1; ; count++) {
      const numbered = `${base}.${count}${extension}`
      const { size } = tree
      const free = tree.put(folder, keyOf(numbered))
      if (pace.isDue()) yield
      if (tree.size === size) continue
      if (file.pad) pads.set(free, file)
      counters.set(counter, count)
      rename(file, numbered)
      break
    }
  }
}

const haveOneFolder = (one: readonly string[], other: readonly string[]): boolean => {
  if (one.length !== other.length) return false
  for (let depth = one.length - 2; depth >= 0; depth--) if (one[depth] !== other[depth]) return false
  return true
}

/** What stands before the number and what behind, with room for it. */
const splitName = (name: string): [base: string, extension: string] => {
  const dot = name.lastIndexOf('.')
  const extension = dot < 0 ? '' : name.slice(dot)
  const base = dot < 0 ? name : name.slice(0, dot)
  const room = nameBytesMax - counterBytesMax
  if (Buffer.byteLength(name) <= room) return [base, extension]
  // An extension that leaves no room is none.
  if (Buffer.byteLength(extension) > room / 2) return [cut(name, room), '']
  return [cut(base, room - Buffer.byteLength(extension)), extension]
}

/** The longest beginning of whole characters that has at most `bytes` bytes. */
const cut = (text: string, bytes: number): string => {
  let size = 0
  let end = 0
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    end += character.length
  }
  return text.slice(0, end)
}

const asciiKey = (name: string): string =>
  /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name

const windowsKey = (name: string): string => name.toLowerCase()

const macKey = (name: string): string => name.normalize('NFD').toLowerCase()
