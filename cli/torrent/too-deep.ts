import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metainfo } from '../../storage/metainfo.ts'

/** Files that are looked for: one that is there says enough. */
const looksMax = 100

/**
 * What to tell where the torrent's own folder was named as that of its data: where it was looked for, behind a semicolon. Nothing where the
 * files do not stand in `folder` itself.
 */
export async function hintIfTooDeep({ files }: Metainfo, folder: string): Promise<string> {
  const [own] = files[0]?.path ?? []
  if (own === undefined || (await isThere(join(folder, own)))) return ''
  for (const { pad, path } of files.slice(0, looksMax)) {
    const [, ...within] = path
    if (pad || within.length === 0 || !(await isThere(join(folder, ...within)))) continue
    const name = join(folder, own)
    return `; looked for ${name}: the files stand in ${folder} itself, and --data is the folder that holds that one`
  }
  return ''
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
