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
    `cannot open the folder ${path}: no such file or directory (ENOENT)`,
  )
})

test('files may stand or be missing; folders may be missing at any depth', async () => {
  const folder = await realpath(await temporaryFolder())
  await mkdir(join(folder, 'a'))
  await writeFile(join(folder, 'a', 'file'), '')
  const paths = [['a', 'file'], ['a', 'missing'], ['b', 'c', 'missing'], ['top']]
  await expect(checkFilePaths(folder, paths, { readOnly: false })).resolves.toBeUndefined()
})

test.each([true, false])(
  'a link that goes round in a circle is refused, also where nothing is written: %s',
  async (readOnly) => {
    const folder = await realpath(await temporaryFolder())
    const path = join(folder, 'circle')
    await symlink('circle', path)
    await expect(checkFilePaths(folder, [['circle', 'file']], { readOnly })).rejects.toMatchObject({
      message: `${path} is a link that leads in a circle`,
      path,
    })
  },
)

test('a link that leads out is followed to read, and refused to write', async () => {
  const parent = await realpath(await temporaryFolder())
  const root = join(parent, 'out')
  await mkdir(root)
  await writeFile(join(parent, 'song'), '')
  await symlink(parent, join(root, 'album'))
  const paths = [['album', 'song']]
  await expect(checkFilePaths(root, paths, { readOnly: true })).resolves.toBeUndefined()
  await expect(checkFilePaths(root, paths, { readOnly: false })).rejects.toMatchObject({ path: join(root, 'album') })
})

test('a link to nothing is a file that is missing to read, and refused to write', async () => {
  const folder = await realpath(await temporaryFolder())
  await symlink('gone', join(folder, 'song'))
  await expect(checkFilePaths(folder, [['song']], { readOnly: true })).resolves.toBeUndefined()
  await expect(checkFilePaths(folder, [['song']], { readOnly: false })).rejects.toThrow(
    `${join(folder, 'song')} is a link that leads to nothing`,
  )
})

test('a link to a device is no file, to read neither', async () => {
  const folder = await realpath(await temporaryFolder())
  await symlink('/dev/zero', join(folder, 'song'))
  await expect(checkFilePaths(folder, [['song']], { readOnly: true })).rejects.toThrow(/song should be a file/)
})

test('`..` behind a link is where the system finds it', async () => {
  const folder = await realpath(await temporaryFolder())
  await mkdir(join(folder, 'far', 'away'), { recursive: true })
  await symlink('far/away', join(folder, 'link'))
  expect(await openFolder(`${folder}/link/../new`, true)).toBe(join(folder, 'far', 'new'))
})
