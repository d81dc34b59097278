import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './storage-error.ts'

/**
 * Makes a folder and those it stands in; what is there already is fine, be it a folder or not. `..` behind a link is where the system finds it.
 *
 * Node's own `recursive` tries for ever where the system answers ENOENT for a folder it will not make, as `/proc` does.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await makeOne(folder)
  } catch (error) {
    const parent = dirname(folder)
    if (errorCode(error) !== 'ENOENT' || parent === folder) throw error
    await makeFolder(parent)
    await makeOne(folder)
  }
}

/** Makes one folder; what stands there already is fine. */
export const makeOne = async (path: string): Promise<void> => {
  try {
    await mkdir(path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}
