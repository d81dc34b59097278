import { constants, type Stats } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { processDescriptors } from '../transport/descriptors.ts'
import { requireText } from '../transport/require.ts'
import { makeFolder } from './make-folder.ts'
import { replaceFile } from './replace-file.ts'
import { resumeBytesMax } from './resume-data.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'

/**
 * Where the resume data of one torrent is kept: what it knows of its pieces, so that a later run need not hash them again. The bytes
 * are opaque, and need no protection against damage: what is damaged is noticed and not believed.
 */
export interface ResumeStore {
  /** What was saved last; undefined when there is nothing. */
  load(): Promise<Uint8Array | undefined>
  /** Keeps `data` in place of what was saved before. Not called again before it has settled; a torrent that stops waits 30 s for it. */
  save(data: Uint8Array): Promise<void>
}

/**
 * Resume data in a file. It is replaced in one step, so that a crash at any moment leaves the old or the new; its folder is made when
 * it is first saved. Whatever goes wrong rejects as a StorageError. A folder, a pipe, a socket or a device at `path` is refused, neither
 * waited for nor replaced.
 */
export const resumeFile = (path: string): ResumeStore => {
  requireText('path', path)
  const folder = dirname(path)
  const ours = `${path}.${process.pid}.tmp`
  const load = async () => {
    await removeRemains(path)
    try {
      return await processDescriptors().using(() => readWhole(path))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw toStorageError(error, 'cannot read the resume data', path)
    }
  }
  const save = async (data: Uint8Array) => {
    try {
      await refuseOther(path)
      await makeFolder(folder)
      await replaceFile(path, ours, data)
    } catch (error) {
      await rm(ours, { force: true }).catch(() => {})
      throw toStorageError(error, 'cannot save the resume data', path)
    }
  }
  return { load, save }
}

/** A pipe keeps whoever opens it waiting, unless he says that he will not; to a file that makes no difference. */
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK

const readWhole = async (path: string): Promise<Uint8Array> => {
  // Before it is opened: that may do something of its own to a device.
  await refuseOther(path)
  const handle = await open(path, readFlags)
  try {
    const found = await handle.stat()
    requireFile(found, path)
    if (found.size > resumeBytesMax) throw new StorageError(`${path} is too large to be resume data`, { path })
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** Throws a StorageError when something that is no file stands at `path`, links followed. */
const refuseOther = async (path: string): Promise<void> => {
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (found) requireFile(found, path)
}

const requireFile = (found: Stats, path: string): void => {
  if (!found.isFile())
    throw new StorageError(`resume data is kept in a file, but ${path} is ${kindOf(found)}`, { path })
}

const kindOf = (found: Stats): string => {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a pipe'
  return found.isSocket() ? 'a socket' : 'a device'
}

/** Removes what processes that are gone have left half written. */
const removeRemains = async (path: string): Promise<void> => {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  const start = `${basename(path)}.`
  for (const name of names) {
    if (!name.startsWith(start)) continue
    const [, pid] = /^(\d+)\.tmp$/.exec(name.slice(start.length)) ?? []
    if (pid === undefined || isRunning(Number(pid))) continue
    await rm(join(folder, name), { force: true }).catch(() => {})
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}
