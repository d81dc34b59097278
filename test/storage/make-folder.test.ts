import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../storage/make-folder.ts'
import { temporaryFolder } from './support.ts'

test('makes the folders that are missing, asked twice at once too', async () => {
  const folder = await temporaryFolder()
  await Promise.all([makeFolder(join(folder, 'a/b/c')), makeFolder(join(folder, 'a/b/d'))])
  await makeFolder(join(folder, 'a/b/c'))
  expect((await stat(join(folder, 'a/b/c'))).isDirectory()).toBe(true)
  expect((await stat(join(folder, 'a/b/d'))).isDirectory()).toBe(true)
})

test('fails below a file, and at a name no file system takes', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  await expect(makeFolder(join(folder, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolder(join(folder, 'x'.repeat(300)))).rejects.toMatchObject({ code: 'ENAMETOOLONG' })
})

test.runIf(process.platform === 'linux')('gives up where the system never makes a folder', async () => {
  await expect(makeFolder('/proc/peerchart/data')).rejects.toMatchObject({ code: 'ENOENT' })
})
