import { join } from 'node:path'
import { giveUpCopies, type Moving, placeCopies, renameRest, stands } from './move-files.ts'
import { forgetMove, moveFrom, originOf, removeStaging } from './move-journal.ts'
import { toStorageError } from './storage-error.ts'

/** Moves that are followed from folder to folder; more would be a circle. */
const movesMax = 32

/**
 * Where the files of a torrent are, whose owner looks for them in `folder`, a real path: there, unless they were moved, or a crash left
 * them on their way. Then that is settled first: what was being copied stays where it was, what was being renamed or put in place is gone
 * on with. The note of a move is not followed where files stand in the old folder by now, or none in the new one.
 *
 * @returns a real path.
 * @throws StorageError when that fails: nothing is lost, and it may be tried again.
 */
export const settleMove = async (moving: Moving, folder: string): Promise<string> => {
  try {
    return await follow(moving, folder, movesMax)
  } catch (error) {
    throw toStorageError(error, 'cannot settle an interrupted move of', folder)
  }
}

const follow = async (moving: Moving, folder: string, movesLeft: number): Promise<string> => {
  const from = await startOf(moving, folder)
  const move = movesLeft > 0 ? await moveFrom(moving.infoHash, from) : undefined
  if (!move) return from
  if (move.stage === 'copying') {
    await giveUpCopies(moving, move)
    return from
  }
  if (move.stage === 'placing') await placeCopies(moving, move)
  if (move.stage === 'renaming') await renameRest(moving, move)
  if (!(await standIn(moving, from))) {
    const end = await follow(moving, move.to, movesLeft - 1)
    if (await standIn(moving, end)) return end
  }
  // Where nothing can be removed it does no harm.
  await forgetMove(moving.infoHash, from).catch(() => {})
  return from
}

/** Where files come from that are on their way to a folder; the folder itself where none are. They may have been in it before, and left. */
const startOf = async (moving: Moving, folder: string): Promise<string> => {
  const origin = await originOf(moving.infoHash, folder)
  if (origin === undefined || origin === folder) return folder
  const begun = await moveFrom(moving.infoHash, origin)
  if (begun?.to === folder) return origin
  // It crashed before a file was touched.
  await removeStaging(moving.infoHash, folder)
  return !(await standIn(moving, folder)) && (await standIn(moving, origin)) ? origin : folder
}

/** Whether any file of the torrent stands in a folder. */
const standIn = async ({ paths }: Moving, folder: string): Promise<boolean> => {
  for (const path of paths) if (await stands(join(folder, path))) return true
  return false
}
