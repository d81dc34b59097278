import type { FileChoice } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { TorrentHandle } from '../context/api.ts'
import { printable } from '../output/format.ts'
import type { Output } from '../output/output.ts'

/** A file as it is told of. */
type ToldFile = Pick<TorrentHandle['files'][number], 'index' | 'length' | 'pad' | 'path' | 'priority'>

/** The files of a torrent that was not made yet. */
export function filesOf({ files }: Metainfo, choice: FileChoice): readonly ToldFile[] {
  return files.map(({ length, pad, path: parts }, index) => {
    const path = parts.join('/')
    const chosen = typeof choice === 'function' && !pad ? choice({ index, path, length }) : undefined
    return { index, length, path, priority: chosen ?? 'normal', ...(pad && { pad }) }
  })
}

/** Tells of each file, pad files aside. */
export function listFiles(files: readonly ToldFile[], output: Output): void {
  for (const { index, length, pad, path, priority } of files) {
    if (!pad) output.event({ event: 'file', index, path: printable(path), bytes: length, wanted: priority !== 'skip' })
  }
}

/** Tells how many files are wanted; nothing where all are. */
export function tellSelected(files: readonly ToldFile[], output: Output): void {
  const real = files.filter(({ pad }) => !pad)
  const wanted = real.filter(({ priority }) => priority !== 'skip')
  if (wanted.length === real.length) return
  output.event({ event: 'selected', files: wanted.length, of: real.length, bytes: sizeOf(wanted) })
}

/** Bytes of the files that are wanted; of all, those of the torrent. */
export function wantedBytes({ files, metainfo }: Pick<TorrentHandle, 'files' | 'metainfo'>): number {
  const skipped = files.filter(({ pad, priority }) => !pad && priority === 'skip')
  if (skipped.length === 0) return metainfo?.length ?? 0
  return sizeOf(files.filter(({ pad, priority }) => !pad && priority !== 'skip'))
}

const sizeOf = (files: readonly ToldFile[]): number => files.reduce((bytes, { length }) => bytes + length, 0)
