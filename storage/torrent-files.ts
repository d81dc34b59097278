import { isUtf8 } from 'node:buffer'
import type { BencodeNode } from './bencode-reader.ts'
import { giveDistinctNames } from './distinct-paths.ts'
import { linkTargets } from './link-targets.ts'
import { MetainfoError, quote } from './metainfo-error.ts'
import { isSafeName, safeName } from './safe-name.ts'
import { itemsPerStep, mapped, Pace, type Steps } from './steps.ts'
import { lenientText } from './utf8.ts'

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
  /**
   * What the torrent says where `path` is not that, its parts as they stand there, in text where they are any: not safe to be joined to
   * a path, and not fit to be shown as it is.
   */
  readonly renamedFrom?: readonly string[]
  /**
   * A symbolic link (BEP 47), without data: what it leads to, a file or folder of this torrent, by its names below the output folder.
   * A link that leads elsewhere is an empty file.
   */
  readonly symlinkPath?: readonly string[]
}

/** The files of an info dictionary, and what to call the torrent on a disk. */
export interface TorrentFiles {
  readonly name: string
  readonly files: readonly TorrentFile[]
}

const linkAttribute = 0x6c // l
const padAttribute = 0x70 // p

const none = new Uint8Array()

/** BitComet's pad files, of before BEP 47. */
const padNamePrefix = '_____padding_file_'

/**
 * Reads the files of an info dictionary, in steps. Where there is a list of them, a `length` beside it says nothing.
 *
 * @param infoHash in hex, what a torrent is called of whose name nothing is left.
 * @param platform whose disks the names are for.
 * @throws MetainfoError
 */
export function* readFiles(info: BencodeNode, infoHash: string, platform: NodeJS.Platform): Steps<TorrentFiles> {
  const torrentName = readName(info, infoHash, platform)
  const { name, text } = torrentName
  const list = info.get('files')
  yield
  if (list?.isList) return { name, files: yield* readList(list, torrentName, platform) }
  const path = [name]
  return {
    name,
    files: [{ path, length: readLength(info, path), offset: 0, ...(text !== undefined && { renamedFrom: [text] }) }],
  }
}

interface TorrentName {
  readonly name: string
  /** As the torrent has it, where that is another. */
  readonly text?: string
}

const readName = (info: BencodeNode, infoHash: string, platform: NodeJS.Platform): TorrentName => {
  const named = info.get('name.utf-8')?.string
  const plain = info.get('name')?.string
  const bytes = named && (!plain || (named.length > 0 && isUtf8(named))) ? named : plain
  if (bytes === undefined) throw new MetainfoError('info has no name')
  const { name, isChanged } = safeName(bytes, platform)
  return { name: name || infoHash, ...(isChanged && { text: lenientText(bytes) }) }
}

/** A file whose name is safe, and perhaps not yet its own. One object a file, and no copy of it: a torrent may have 250,000. */
type DraftFile = { -readonly [Key in keyof TorrentFile]: TorrentFile[Key] }

function* readList(
  list: BencodeNode,
  torrentName: TorrentName,
  platform: NodeJS.Platform,
): Steps<readonly TorrentFile[]> {
  const pace = new Pace()
  const files: DraftFile[] = []
  const isSafe = (ascii: string) => isSafeName(ascii, platform)
  /** Where links lead to, from the torrent's folder. */
  const wanted = new Map<number, readonly string[]>()
  let offset = 0
  for (const item of list.eachItem()) {
    if (pace.isDue(item.size)) yield
    const index = files.length
    const file =
      readPlain(item, offset, torrentName, isSafe) ?? (yield* readListed(item, index, offset, torrentName, platform))
    offset += file.length
    if (!Number.isSafeInteger(offset)) throw new MetainfoError('the lengths of the files add up past 2^53')
    const target = hasAttribute(item, linkAttribute) && !file.pad ? yield* readTarget(item, platform) : undefined
    if (target) wanted.set(index, target)
    files.push(file)
  }
  const targets = yield* linkTargets(files, wanted)
  yield* giveDistinctNames(files, platform, (file, name) => {
    const path = file.path.with(-1, name)
    if (!file.pad) file.renamedFrom ??= file.path
    file.path = path
  })
  for (const [index, target] of targets) {
    if (pace.isDue()) yield
    const file = files[index]
    const symlinkPath = 'folder' in target ? target.folder : files[target.file]?.path
    if (file && symlinkPath) file.symlinkPath = symlinkPath
  }
  return files
}

/** A file without attributes whose names are safe as they stand, as nearly all are: there are no copies, and no objects but those that stay. */
const readPlain = (
  item: BencodeNode,
  offset: number,
  torrentName: TorrentName,
  isSafe: (ascii: string) => boolean,
): DraftFile | undefined => {
  if (torrentName.text !== undefined || item.size > itemsPerStep || item.get('attr') || item.get('path.utf-8'))
    return undefined
  const path = item.get('path')?.asciiItems(torrentName.name, isSafe)
  return path && !isNamedPad(path) ? { path, length: readLength(item, path), offset } : undefined
}

function* readListed(
  item: BencodeNode,
  index: number,
  offset: number,
  torrentName: TorrentName,
  platform: NodeJS.Platform,
): Steps<DraftFile> {
  if (!item.isDictionary) throw new MetainfoError(`file ${index} is no dictionary`)
  const isPad = hasAttribute(item, padAttribute)
  const isLink = hasAttribute(item, linkAttribute)
  const parts = yield* pathOf(item)
  if (!parts) {
    if (!isPad) throw new MetainfoError(noPath(item, index))
    const length = readLength(item, ['.pad'])
    // Where libtorrent has it: never on disk, but others may want the place.
    return { path: ['.pad', `${length}`], length, offset, pad: true }
  }
  let isChanged = torrentName.text !== undefined
  let isEmpty = false
  const names = yield* mapped(parts, (part) => {
    const { ascii } = part
    if (ascii !== undefined && isSafeName(ascii, platform)) return ascii
    const safe = safeName(part.string ?? none, platform)
    isChanged ||= safe.isChanged
    isEmpty ||= safe.name === ''
    return safe.name
  })
  const kept = isEmpty ? names.filter((name) => name !== '') : names
  // Of just the size it needs, which what is pushed to is not.
  const path = [torrentName.name].concat(kept.length === 0 ? '_' : kept)
  const length = isLink ? 0 : readLength(item, path)
  if (isPad || isNamedPad(path)) return { path, length, offset, pad: true }
  return isChanged ? { path, length, offset, renamedFrom: yield* textOf(parts, torrentName) } : { path, length, offset }
}

const isNamedPad = (path: readonly string[]): boolean => path.at(-1)?.startsWith(padNamePrefix) === true

const hasAttribute = (file: BencodeNode, attribute: number): boolean =>
  file.get('attr')?.string?.includes(attribute) ?? false

/** The parts of a path, all of them strings: those of `path.utf-8` where they are good text, or all that there is. */
function* pathOf(file: BencodeNode): Steps<readonly BencodeNode[] | undefined> {
  const named = yield* partsOf(file.get('path.utf-8'))
  if (named && !(yield* mapped(named, ({ string = none }) => isUtf8(string))).includes(false)) return named
  return (yield* partsOf(file.get('path'))) ?? named
}

/** Undefined where there are none, or not all are strings. */
function* partsOf(path: BencodeNode | undefined): Steps<readonly BencodeNode[] | undefined> {
  if (!path?.isList) return undefined
  const parts: BencodeNode[] = []
  for (const part of path.eachItem()) {
    if (!part.isString) return undefined
    parts.push(part)
    if (parts.length % itemsPerStep === 0) yield
  }
  return parts.length > 0 ? parts : undefined
}

const noPath = (file: BencodeNode, index: number): string => {
  const path = file.get('path')
  const isEmpty = !path?.isList || path.size === 1
  return isEmpty ? `file ${index} has no path` : `the path of file ${index} has a part that is no text`
}

/** Where a link leads to; undefined where it does not say. */
function* readTarget(file: BencodeNode, platform: NodeJS.Platform): Steps<readonly string[] | undefined> {
  const parts = (yield* partsOf(file.get('symlink path'))) ?? []
  const names = yield* mapped(parts, ({ string = none }) => safeName(string, platform).name)
  const target = names.filter((name) => name !== '')
  return target.length > 0 ? target : undefined
}

const readLength = (file: BencodeNode, path: readonly string[]): number => {
  const node = file.get('length')
  if (!node) throw new MetainfoError(`${quote(path.join('/'))} has no length`)
  const length = node.integer
  if (length === undefined || !Number.isSafeInteger(length) || length < 0) {
    throw new MetainfoError(`the length of ${quote(path.join('/'))} is no count of bytes`)
  }
  return length
}

function* textOf(parts: readonly BencodeNode[], { name, text }: TorrentName): Steps<readonly string[]> {
  return [text ?? name].concat(yield* mapped(parts, ({ ascii, string = none }) => ascii ?? lenientText(string)))
}
