import { type FileStamp, isUnchanged } from './file-stamps.ts'
import type { Metainfo, TorrentFile } from './metainfo.ts'
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
    return isDoubtful[index] ? undefined : ((have[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
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
    for (let index = first; index < end; index++) {
      claimed[index >> 3] = (claimed[index >> 3] ?? 0) & ~(0x80 >> (index & 7))
    }
  }
  return claimed
}

/** Those that have a stamp. */
const keptFiles = (files: readonly TorrentFile[]): readonly TorrentFile[] =>
  files.filter((file) => file.length > 0 && !file.pad)

/** The first piece that touches a file, and the one behind the last. */
const piecesOf = ({ offset, length }: TorrentFile, pieceLength: number): [first: number, end: number] => [
  Math.floor(offset / pieceLength),
  Math.ceil((offset + length) / pieceLength),
]
