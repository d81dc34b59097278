import { requireObject, requireText } from '../transport/require.ts'
import type { Metainfo, TorrentFile } from './metainfo.ts'
import { requireMetainfo } from './require-metainfo.ts'
import { safeName } from './safe-name.ts'

/**
 * A torrent some of whose files are stored under other paths: give it to `openFileStore` and `createTorrent` in place of the one that was
 * read, before the files are written and in each run. What peers see of it is the same.
 *
 * @param paths by the number of the file in the torrent: below the output folder, with `/` between the parts.
 * @throws RangeError for a file that there is not or that reaches no disk, for a path that is not safe to be joined to a folder, or too long in a
 * part, and for one that another file has, or that leads through one; names that differ in ASCII case alone count as one.
 */
export const renameFiles = (metainfo: Metainfo, paths: Readonly<Record<number, string>>): Metainfo => {
  requireMetainfo(metainfo)
  requireObject('what renameFiles is given', paths)
  const files: TorrentFile[] = [...metainfo.files]
  const moved = new Map<string, readonly string[]>()
  for (const [number, text] of Object.entries(paths)) {
    const file = files[Number(number)]
    if (file === undefined || file.pad) throw new RangeError(`there is no file ${number} that could be renamed`)
    requireText(`the path of file ${number}`, text)
    const path = partsOf(text)
    if (path.join('/') === file.path.join('/')) continue
    moved.set(file.path.join('/'), path)
    files[Number(number)] = { ...file, path, renamedFrom: file.renamedFrom ?? file.path }
  }
  requireDistinct(files)
  return { ...metainfo, files: files.map((file) => followed(file, moved)) }
}

function partsOf(text: string): readonly string[] {
  const parts = text.split('/')
  for (const part of parts) {
    const { isChanged, name } = safeName(Buffer.from(part), process.platform)
    if (isChanged || name === '') throw new RangeError(`a file cannot be stored as '${text}'`)
  }
  return parts
}

/** A link whose target was renamed leads to it as before. */
function followed(file: TorrentFile, moved: ReadonlyMap<string, readonly string[]>): TorrentFile {
  const symlinkPath = file.symlinkPath && moved.get(file.symlinkPath.join('/'))
  return symlinkPath ? { ...file, symlinkPath } : file
}

/** Throws a RangeError when a path is another's, or leads through it. */
function requireDistinct(files: readonly TorrentFile[]): void {
  const taken = new Map<string, 'file' | 'folder'>()
  for (const { pad, path } of files) {
    if (pad) continue
    for (const [at] of path.entries()) {
      const key = path
        .slice(0, at + 1)
        .join('/')
        .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      const kind = at === path.length - 1 ? 'file' : 'folder'
      const known = taken.get(key)
      if (known !== undefined && (known === 'file' || kind === 'file'))
        throw new RangeError(`two files would be stored as '${path.join('/')}'`)
      taken.set(key, kind)
    }
  }
}
