import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkFilePaths, openFolder } from '../../storage/output-folder.ts'
import { temporaryFolder } from './support.ts'

test('a folder is made where it is missing, and given by its real path', async () => {
  const folder = await realpath(await temporaryFolder())
  expect(await openFolder(join(folder, 'a', 'b'), true)).toBe(join(folder, 'a', 'b'))
  await symlink(join(folder, 'a'), join(folder, 'link'))
  expect(await openFolder(join(folder, 'link', 'b'), false)).toBe(join(folder, 'a', 'b'))
})

test('a folder to read from is not made', async () => {
  const path = join(await temporaryFolder(), 'missing')
  await expect(openFolder(path, false)).rejects.toThrow(
    `can not open the folder ${path}: no such file or directory (ENOENT)`,
  )
})

test('files may stand or be missing; folders may be missing at any depth', async () => {
  const folder = await realpath(await temporaryFolder())
  await mkdir(join(folder, 'a'))
  await writeFile(join(folder, 'a', 'file'), '')
  const paths = [['a', 'file'], ['a', 'missing'], ['b', 'c', 'missing'], ['top']]
  await expect(checkFilePaths(folder, paths)).resolves.toBeUndefined()
})

test('a link that goes round in a circle is refused', async () => {
  const folder = await realpath(await temporaryFolder())
  await symlink('circle', join(folder, 'circle'))
  await expect(checkFilePaths(folder, [['circle', 'file']])).rejects.toMatchObject({ path: join(folder, 'circle') })
})
