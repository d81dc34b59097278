import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withOldAside } from '../../../cli/torrent/set-aside.ts'
import { temporaryFolder } from '../sample-file.ts'

/** A folder of data with an old .torrent below it, and one beside it; links lead to both. */
async function places() {
  const root = await temporaryFolder()
  const data = join(root, 'data')
  await mkdir(join(data, 'sub'), { recursive: true })
  for (const name of ['sub/old', '..old', '../data.old']) await writeFile(join(data, name), 'old')
  await symlink(data, join(root, 'link'))
  await symlink(join(root, 'data.old'), join(data, 'out'))
  return { root, data }
}

/** What is there of a file while the work is done, hidden files aside. */
const during = async (data: string, old: string, folder: string) => {
  const seen = await withOldAside(old, data, () => readdir(folder))
  return seen.filter((name) => !name.startsWith('.'))
}

test('what lies in the data, below it, or reached by a link, is hidden while the work is done', async () => {
  const { data, root } = await places()
  expect(await during(data, join(data, 'sub', 'old'), join(data, 'sub'))).toEqual([])
  await writeFile(join(data, 'sub', 'old'), 'old')
  expect(await during(join(root, 'link'), join(data, 'sub', 'old'), join(data, 'sub'))).toEqual([])
  expect(await during(data, join(root, 'link', 'out'), data)).toEqual(['sub'])
  expect(await readFile(join(root, 'data.old'), 'utf8')).toBe('old')
})

test('what lies beside the data, or is not there, stays as it is', async () => {
  const { data, root } = await places()
  expect(await during(data, join(root, 'data.old'), root)).toEqual(['data', 'data.old', 'link'])
  expect(await during(data, join(data, 'new'), data)).toEqual(['out', 'sub'])
  expect(await during(join(root, 'nowhere'), join(data, 'sub', 'old'), join(data, 'sub'))).toEqual(['old'])
})

test('the old one stands in its place again when the work fails, also where it has written', async () => {
  const { data } = await places()
  const old = join(data, 'sub', 'old')
  const work = async () => {
    await writeFile(old, 'half')
    throw new Error('the disk is full')
  }
  await expect(withOldAside(old, data, work)).rejects.toThrow('full')
  expect(await readFile(old, 'utf8')).toBe('old')
  expect(await readdir(join(data, 'sub'))).toEqual(['old'])
})
