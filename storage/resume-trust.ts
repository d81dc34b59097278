import { keptFiles, piecesOf } from './file-pieces.ts'
import { type FileStamp, isUnchanged } from './file-stamps.ts'
import type { Metainfo } from './metainfo.ts'
import { hasPiece, removePiece } from './piece-bits.ts'
import type { ResumeData } from './resume-data.ts'

/** What is known of a piece without a look at its bytes: it is right, or not ours; undefined: it must be hashed. */
export type Believed = (index: number) => boolean | undefined

/**
 * What may be believed of resume data: pieces all of whose files stand as they stood when it was written. Those that touch another
 * file are to be hashed, and all of them when there are no stamps, or not those of this torrent. Of a file that is not there no piece
 * is ours, whatever was written.
 *
 * @param found how the files stand now, as `FileWatch` tells; looked at before anything is hashed.
 */
export const believe = (
  { files, pieceHashes, pieceLength }: Metainfo,
  { have, stamps }: Pick<ResumeData, 'have' | 'stamps'>,
  found: readonly FileStamp[],
): Believed => {
  const pieceCount = pieceHashes.length / 20
  const kept = keptFiles(files)
  if (found.length !== kept.length || stamps.length !== kept.length || have.length !== Math.ceil(pieceCount / 8)) {
    return () => undefined
  }
  const isDoubtful = new Uint8Array(pieceCount)
  const isGone = new Uint8Array(pieceCount)
  for (const [i, file] of kept.entries()) {
    const now = found[i] ?? 'unknown'
    if (now === 'absent') isGone.fill(1, ...piecesOf(file, pieceLength))
    else if (!isUnchanged(stamps[i] ?? 'unknown', now)) isDoubtful.fill(1, ...piecesOf(file, pieceLength))
  }
  return (index) => {
    if (isGone[index]) return false
    return isDoubtful[index] ? undefined : hasPiece(have, index)
  }
}

/**
 * What resume data may claim: a bitfield of the pieces of `have` that touch no file known to be absent.
 *
 * @param stamps as `FileWatch` tells; with none, of a store without files, all of `have`.
 */
export const claimable = (
  { files, pieceLength }: Pick<Metainfo, 'files' | 'pieceLength'>,
  have: Uint8Array,
  stamps: readonly FileStamp[],
): Uint8Array => {
  const claimed = have.slice()
  for (const [i, file] of keptFiles(files).entries()) {
    if (stamps[i] !== 'absent') continue
    const [first, end] = piecesOf(file, pieceLength)
    for (let index = first; index < end; index++) removePiece(claimed, index)
  }
  return claimed
}
