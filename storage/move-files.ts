import { lstat, readlink, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { copyFile } from './copy-file.ts'
import { makeFolder } from './make-folder.ts'
import { forgetMove, type Move, makeStaging, noteMove, removeStaging, stagingIn } from './move-journal.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'
import { syncFolder } from './sync-folder.ts'

/** What is moved: the info hash, 40 hex digits, and the paths below a folder at which files of the torrent may stand. */
export interface Moving {
  readonly infoHash: string
  readonly paths: readonly string[]
  /** Its symbolic links (BEP 47), which are made anew where the files are. */
  readonly links: readonly MovedLink[]
}

/** Where a link stands, and what it leads to: paths below the folder. */
export interface MovedLink {
  readonly path: string
  readonly target: string
}

/** Two folders, by their real paths. */
export type Way = Omit<Move, 'stage'>

/** Whether anything stands at a path, a link to nothing included. */
export const stands = async (path: string): Promise<boolean> => {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false
    throw error
  }
}

/** Throws a StorageError where a file is a link of somebody's own: what it leads to is not ours to move, and the link might lead nowhere. */
export const refuseLinks = async ({ paths }: Moving, from: string): Promise<void> => {
  for (const path of paths) {
    const place = join(from, path)
    if ((await stands(place)) && (await lstat(place)).isSymbolicLink()) {
      throw new StorageError(`nothing was moved: ${place} is a symbolic link`, { code: 'ELOOP', path: place })
    }
  }
}

/** Throws a StorageError (EEXIST) where something stands in the new folder that a file of the torrent would replace, now or later. */
export const refuseClashes = async ({ links, paths }: Moving, to: string): Promise<void> => {
  for (const path of [...paths, ...placesOf(links)]) {
    const place = join(to, path)
    if (await stands(place)) {
      throw new StorageError(`nothing was moved: ${place} is there already`, { code: 'EEXIST', path: place })
    }
  }
}

/**
 * Renames each file. When one cannot be renamed all go back.
 *
 * @param note as `noteMove`.
 * @returns false where the folders are on different file systems: nothing was changed then.
 * @throws StorageError
 */
export const renameAll = async (moving: Moving, { from, to }: Way, note = noteMove): Promise<boolean> => {
  const { infoHash, paths } = moving
  const done: string[] = []
  try {
    await makeStaging(infoHash, { from, to })
    await begin(note(infoHash, { from, to, stage: 'renaming' }), from)
    for (const path of paths) {
      if (!(await stands(join(from, path)))) continue
      await renameTo(join(from, path), join(to, path))
      done.push(path)
    }
  } catch (error) {
    for (const path of done.reverse()) await renameTo(join(to, path), join(from, path))
    await removeFolders(to, paths)
    await removeStaging(infoHash, to)
    await forgetMove(infoHash, from)
    if (errorCode(error) === 'EXDEV') return false
    throw toStorageError(error, 'cannot move')
  }
  await conclude(moving, { from, to })
  return true
}

/**
 * Copies each file, into a folder of its own beside their new places. The old ones stay as they are. What fails, or is ended by `signal`,
 * leaves no copy.
 *
 * @param note as `noteMove`.
 * @throws StorageError, or the reason of `signal`.
 */
export const copyFiles = async (
  moving: Moving,
  { from, to }: Way,
  signal: AbortSignal,
  note = noteMove,
): Promise<void> => {
  const { infoHash, paths } = moving
  const staging = stagingIn(to, infoHash)
  try {
    await makeStaging(infoHash, { from, to })
    await begin(note(infoHash, { from, to, stage: 'copying' }), from)
    await refuseMerged(moving, to)
    for (const [i, path] of paths.entries()) {
      if (await stands(join(from, path))) await copyFile(join(from, path), join(staging, `${i}`), signal)
    }
    await syncFolder(staging)
  } catch (error) {
    await giveUpCopies(moving, { from, to })
    if (signal.aborted) throw error
    throw toStorageError(error, 'cannot copy')
  }
}

/** Nothing is moved before that is noted: a disk may have no room for it. */
const begin = async (noting: Promise<void>, from: string): Promise<void> => {
  try {
    await noting
  } catch (error) {
    throw toStorageError(error, 'nothing was moved, as it cannot be noted in', from)
  }
}

/**
 * Throws a StorageError (EEXIST) where two files would be one in the new folder: on Linux `É` and `é` are two names, and on a FAT disk that is
 * mounted there they are one. Names alike are tried in the place for copies.
 */
const refuseMerged = async ({ infoHash, paths }: Moving, to: string): Promise<void> => {
  const keyOf = (path: string) => path.normalize('NFC').toLowerCase()
  const spellings = new Map<string, Set<string>>()
  const places = paths.map((path) => [path, ...above(path)])
  for (const place of places.flat()) spellings.set(keyOf(place), (spellings.get(keyOf(place)) ?? new Set()).add(place))
  const isAlike = (place: string) => (spellings.get(keyOf(place))?.size ?? 0) > 1
  for (const path of paths.filter((_, i) => places[i]?.some(isAlike))) {
    const place = join(stagingIn(to, infoHash), 'names', path)
    await makeFolder(dirname(place))
    try {
      await writeFile(place, '', { flag: 'wx' })
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
      const told = { code: 'EEXIST', path: join(to, path), cause: error }
      throw new StorageError(`nothing was moved: ${join(to, path)} and another file would be one there`, told)
    }
  }
}

/** The copies are of no use: the files stay where they are. */
export const giveUpCopies = async ({ infoHash }: Moving, { from, to }: Way): Promise<void> => {
  await removeStaging(infoHash, to)
  await forgetMove(infoHash, from)
}

/** All copies are made: they take their places, and the old files go. There is no way back: what crashes here is gone on with. */
export const placeCopies = async (moving: Moving, { from, to }: Way): Promise<void> => {
  const { infoHash, paths } = moving
  await noteMove(infoHash, { from, to, stage: 'placing' })
  const staging = stagingIn(to, infoHash)
  for (const [i, path] of paths.entries()) {
    const copy = join(staging, `${i}`)
    if (await stands(copy)) await renameTo(copy, join(to, path))
  }
  await syncFolders(to, paths)
  for (const path of paths) if (await stands(join(to, path))) await rm(join(from, path), { force: true })
  await conclude(moving, { from, to })
}

/** Goes on with files that were being renamed. */
export const renameRest = async (moving: Moving, { from, to }: Way): Promise<void> => {
  for (const path of moving.paths) {
    if (!(await stands(join(from, path)))) continue
    if (await stands(join(to, path))) {
      throw new StorageError(`${join(to, path)} is there twice: also in ${from}, from where it was being moved`, {
        code: 'EEXIST',
        path: join(to, path),
      })
    }
    await renameTo(join(from, path), join(to, path))
  }
  await conclude(moving, { from, to })
}

/** All are in the new folder: that stays noted in the old one. */
const conclude = async ({ infoHash, links, paths }: Moving, { from, to }: Way): Promise<void> => {
  await syncFolders(to, paths)
  await removeStaging(infoHash, to)
  for (const link of links) await removeLink(from, link)
  await removeFolders(from, [...paths, ...placesOf(links)])
  await noteMove(infoHash, { from, to, stage: 'moved' })
}

const placesOf = (links: readonly MovedLink[]): readonly string[] => links.map(({ path }) => path)

/** The link, or the empty file in its place. Anything else is not ours, and stays; a link that cannot be removed does no harm. */
const removeLink = async (root: string, { path, target }: MovedLink): Promise<void> => {
  const place = join(root, path)
  try {
    const found = await lstat(place)
    const isOurs = found.isSymbolicLink()
      ? resolve(dirname(place), await readlink(place)) === join(root, target)
      : found.isFile() && found.size === 0
    if (isOurs) await rm(place)
  } catch {}
}

const renameTo = async (path: string, place: string): Promise<void> => {
  await makeFolder(dirname(place))
  await rename(path, place)
}

/** The folders in which a path lies, the deepest first. */
const above = (path: string): string[] => {
  const folder = dirname(path)
  return folder === '.' ? [] : [folder, ...above(folder)]
}

/** The folders below `root` in which these paths lie, the deepest first. */
const foldersOf = (paths: readonly string[]): string[] => {
  const folders = new Set(paths.flatMap(above))
  return [...folders].sort((one, other) => other.length - one.length)
}

/** Those that are empty. */
const removeFolders = async (root: string, paths: readonly string[]): Promise<void> => {
  // What is not empty, or not there, stays so.
  for (const folder of foldersOf(paths)) await rmdir(join(root, folder)).catch(() => {})
}

const syncFolders = async (root: string, paths: readonly string[]): Promise<void> => {
  for (const folder of foldersOf(paths)) await syncFolder(join(root, folder))
  await syncFolder(root)
}
