import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { requireText } from '../transport/require.ts'
import { eachAtOnce } from './at-once.ts'
import type { Metainfo } from './metainfo.ts'
import { underOldNames } from './old-names.ts'
import { requireMetainfo } from './require-metainfo.ts'

/** A file of a torrent that is not on the disk as the torrent has it, whatever its pieces say. */
export interface WrongFile {
  /** Its number in the torrent. */
  readonly file: number
  /** Its bytes; undefined where there is no file. */
  readonly found?: number
}

/** Files that are looked at together. */
const looksAtOnce = 64

/**
 * The files of a torrent that are missing below `folder`, or have another length there, in their order. Pieces do not tell: empty files are
 * in none, and a file that is longer than the torrent says has all of its own. Pad files and links (BEP 47) are passed over.
 */
export const findWrongFiles = async (metainfo: Metainfo, folder: string): Promise<readonly WrongFile[]> => {
  requireMetainfo(metainfo)
  requireText('folder', folder)
  const wrong: WrongFile[] = []
  const files = await underOldNames(folder, metainfo.files)
  await eachAtOnce(files.entries(), looksAtOnce, async ([file, { length, pad, path, symlinkPath }]) => {
    if (pad || symlinkPath) return
    const there = await stat(join(folder, ...path)).catch(() => undefined)
    if (!there?.isFile()) wrong.push({ file })
    else if (there.size !== length) wrong.push({ file, found: there.size })
  })
  return wrong.sort((one, other) => one.file - other.file)
}
