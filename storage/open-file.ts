import { existsSync } from 'node:fs'
import { constants, type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { OpenFile, OpenMode } from './handle-pool.ts'
import { isWithin, linkFault, notFile, wayOut } from './link-fault.ts'
import { makeFolder, makeOne } from './make-folder.ts'
import { errorCode } from './storage-error.ts'
import { Turns } from './turns.ts'

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** Open as a place alone, which needs no right to read; Linux has it under this number wherever Node runs, which does not name it. */
const O_PATH = 0o10000000

/** Without waiting for somebody at the other end, in case a FIFO stands there now. */
const flagsFor: Readonly<Record<OpenMode, number>> = { read: O_RDONLY | O_NONBLOCK, write: O_RDWR | O_NONBLOCK }

/** Whether the system names what a handle is open on, and takes that for a path, as Linux does. */
const namesHandles = existsSync('/proc/self/fd')

const nameOf = (handle: FileHandle): string => `/proc/self/fd/${handle.fd}`

/** Others may make a file, or take it away, between two looks of ours; not for ever. */
const attemptsMax = 3

/** Missing files made at once: each has up to two folders open, which are not counted as descriptors. */
const makings = new Turns(4)

/** Opens a file for reading wherever links lead: its data is where the user has put it. */
export const openAnywhere: OpenFile = async (path) =>
  checked(await open(path, flagsFor.read), (handle) => refuseOther(handle, path))

/**
 * Opens files below `root`, a real path, and nowhere else, whatever has become of the folders since they were looked at: what was opened
 * is looked at before a byte of it is read or written. A link that stays within is followed; one that leads out is refused.
 *
 * @param byHandle where the system names handles, nothing can be put in the place of what was opened, and a missing file is made in the
 * folder that was looked at. Without, the file that now stands at the path is compared with the one that was opened: two swaps at the
 * right moments could deceive that, and one could have an empty file, or a folder, made elsewhere.
 */
export const openWithin =
  (root: string, byHandle = namesHandles): OpenFile =>
  async (path, mode) => {
    const look = async (handle: FileHandle) => {
      const place = await (byHandle ? readlink(nameOf(handle)) : placeOf(handle, path))
      if (place === undefined || !isWithin(root, place)) throw wayOut(root, path)
      await refuseOther(handle, path)
    }
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const handle = await openExisting(root, path, mode)
      if (handle) return checked(handle, look)
      const made = await makeFile(root, path, byHandle)
      if (made) return byHandle ? made : checked(made, look)
    }
    // Where an open cannot be told to follow no link, one to nothing is missing and there at once.
    await followWithin(root, path)
    throw wayOut(root, path)
  }

/** Undefined says that it is missing and may be made. */
const openExisting = async (root: string, path: string, mode: OpenMode): Promise<FileHandle | undefined> => {
  try {
    return await open(path, flagsFor[mode] | O_NOFOLLOW)
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && mode === 'write') return undefined
    if (errorCode(error) !== 'ELOOP') throw error
  }
  return open(await followWithin(root, path), flagsFor[mode] | O_NOFOLLOW)
}

/**
 * Where a link leads that stays below `root`.
 *
 * @throws StorageError where it leads out, to nothing or in a circle.
 */
export const followWithin = async (root: string, path: string): Promise<string> => {
  const target = await realpath(path).catch(async (error: unknown) => {
    throw (await linkFault(path, error)) ?? error
  })
  if (!isWithin(root, target)) throw wayOut(root, path)
  return target
}

/** Undefined says that it is there by now, as are links to nothing. */
const makeAt = (path: string): Promise<FileHandle | undefined> =>
  open(path, flagsFor.write | O_CREAT | O_EXCL).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
    return undefined
  })

/** What is made there is within, as the folder is, and a file. */
const makeFile = (root: string, path: string, byHandle: boolean): Promise<FileHandle | undefined> =>
  inFolderWithin(root, path, makeAt, byHandle)

/**
 * Makes something at a path below `root`, a real path, and the folders it stands in where they are missing.
 *
 * @param make is told where, and the real path of the folder. Where the system names handles, the place stays in the folder that was
 * looked at, whatever is put in its stead.
 * @throws StorageError when the folder leads out of `root`.
 */
export const inFolderWithin = <Made>(
  root: string,
  path: string,
  make: (place: string, folder: string) => Promise<Made>,
  byHandle = namesHandles,
): Promise<Made> =>
  makings.take(async () => {
    if (!byHandle) {
      const folder = await makeFolderWithin(root, dirname(path))
      return make(join(folder, basename(path)), folder)
    }
    const folder = await openFolderWithin(root, dirname(path))
    try {
      return await make(`${nameOf(folder)}/${basename(path)}`, await readlink(nameOf(folder)))
    } finally {
      await folder.close()
    }
  })

const unlessMissing = (error: unknown): undefined => {
  if (errorCode(error) !== 'ENOENT') throw error
  return undefined
}

/** Makes it, and those it stands in, where they are missing. */
const openFolderWithin = async (root: string, path: string): Promise<FileHandle> => {
  const look = async (handle: FileHandle) => {
    if (!isWithin(root, await readlink(nameOf(handle)))) throw wayOut(root, path)
  }
  const found = await open(path, O_PATH | O_DIRECTORY).catch(unlessMissing)
  if (found) return checked(found, look)
  if (path === root) {
    await makeFolder(root)
    return checked(await open(root, O_PATH | O_DIRECTORY), look)
  }
  const above = await openFolderWithin(root, dirname(path))
  try {
    const here = `${nameOf(above)}/${basename(path)}`
    await makeOne(here)
    return await open(here, O_PATH | O_DIRECTORY | O_NOFOLLOW)
  } finally {
    await above.close()
  }
}

/** Makes a folder below `root`, a real path, and those it stands in, where they are missing and no link leads out of `root`; answers its real path. */
const makeFolderWithin = async (root: string, path: string): Promise<string> => {
  const found = await realpath(path).catch(unlessMissing)
  if (found === undefined) {
    if (path === root) await makeFolder(root)
    else await makeOne(join(await makeFolderWithin(root, dirname(path)), basename(path)))
  }
  const real = found ?? (await realpath(path))
  if (!isWithin(root, real)) throw wayOut(root, path)
  return real
}

/** The real path of what is open, if that is what stands there. */
const placeOf = async (handle: FileHandle, path: string): Promise<string | undefined> => {
  const real = await realpath(path)
  const [ours, there] = await Promise.all([handle.stat({ bigint: true }), stat(real, { bigint: true })])
  return ours.dev === there.dev && ours.ino === there.ino ? real : undefined
}

const refuseOther = async (handle: FileHandle, path: string): Promise<void> => {
  const found = await handle.stat()
  if (!found.isFile()) throw notFile(path, found)
}

/** Closes what does not stand the look. */
const checked = async (handle: FileHandle, look: (handle: FileHandle) => Promise<void>): Promise<FileHandle> => {
  try {
    await look(handle)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}
