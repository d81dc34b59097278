import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorCode } from './storage-error.ts'

/**
 * Makes a folder and those it stands in; what is there already is fine, be it a folder or not.
 *
 * Node's own `recursive` tries for ever where the system answers ENOENT for a folder it will not make, as `/proc` does.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  const path = resolve(folder)
  try {
    await makeOne(path)
  } catch (error) {
    const parent = dirname(path)
    if (errorCode(error) !== 'ENOENT' || parent === path) throw error
    await makeFolder(parent)
    await makeOne(path)
  }
}

const makeOne = async (path: string): Promise<void> => {
  try {
    await mkdir(path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}
