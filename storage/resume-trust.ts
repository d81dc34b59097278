import { type FileStamp, isUnchanged } from './file-stamps.ts'
import type { Metainfo } from './metainfo.ts'
import type { ResumeData } from './resume-data.ts'

/** What is known of a piece without a look at its bytes: it is right, or not ours; undefined: it must be hashed. */
export type Believed = (index: number) => boolean | undefined

/**
 * What may be believed of resume data: pieces all of whose files stand as they stood when it was written. Those that touch another
 * file are to be hashed, and all of them when there are no stamps, or not those of this torrent.
 *
 * @param found how the files stand now, as `FileWatch` tells; looked at before anything is hashed.
 */
export const believe = (
  { files, pieceHashes, pieceLength }: Metainfo,
  { have, stamps }: Pick<ResumeData, 'have' | 'stamps'>,
  found: readonly FileStamp[],
): Believed => {
  const pieceCount = pieceHashes.length / 20
  const kept = files.filter((file) => file.length > 0 && !file.pad)
  if (found.length !== kept.length || stamps.length !== kept.length || have.length !== Math.ceil(pieceCount / 8)) {
    return () => undefined
  }
  const isDoubtful = new Uint8Array(pieceCount)
  for (const [i, { offset, length }] of kept.entries()) {
    if (isUnchanged(stamps[i] ?? 'unknown', found[i] ?? 'unknown')) continue
    isDoubtful.fill(1, Math.floor(offset / pieceLength), Math.ceil((offset + length) / pieceLength))
  }
  return (index) => (isDoubtful[index] ? undefined : ((have[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0)
}
