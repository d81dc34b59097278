import { execFileSync } from 'node:child_process'
import { mkdir, symlink, unlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMetainfo } from '../../storage/create.ts'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { lookAt, surveyFolder } from '../../storage/survey.ts'
import { temporaryFolder } from './support.ts'

/** A folder with a file, and a folder in it in which `prepare` puts something. */
async function aFolder(prepare: (inner: string) => void | Promise<void> = () => {}) {
  const folder = await temporaryFolder()
  const inner = join(folder, 'inner')
  await mkdir(inner)
  await writeFile(join(folder, 'data'), 'data')
  await prepare(inner)
  return { folder, inner }
}

async function listen(path: string): Promise<void> {
  const server = createServer().listen(path)
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
}

const makeFifo = (path: string): void => void execFileSync('mkfifo', [path])

describe('a folder is refused, and what is wrong is named:', () => {
  test.each<[string, string, (inner: string) => void | Promise<void>]>([
    ['a FIFO', 'x is neither a file nor a folder', (inner) => makeFifo(join(inner, 'x'))],
    ['a socket', 'x is neither a file nor a folder', (inner) => listen(join(inner, 'x'))],
    ['a link to a device', 'x is neither a file nor a folder', (inner) => symlink('/dev/null', join(inner, 'x'))],
    ['a link to what is missing', 'x is a link that leads to nothing', (inner) => symlink('gone', join(inner, 'x'))],
    [
      'a link to what is below a file',
      'x is a link that leads to nothing',
      (inner) => symlink('../data/y', join(inner, 'x')),
    ],
    ['a link to itself', 'x is a link that leads in a circle', (inner) => symlink('x', join(inner, 'x'))],
    ['a link to its folder', 'x is a link to a folder that it lies in', (inner) => symlink('.', join(inner, 'x'))],
    [
      'a link to the folder above',
      'x is a link to a folder that it lies in',
      (inner) => symlink('..', join(inner, 'x')),
    ],
  ])('%s', async (_, message, prepare) => {
    const { folder, inner } = await aFolder(prepare)
    const failure = await createMetainfo(folder).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toMatchObject({ message: join(inner, message), path: join(inner, 'x') })
  })

  test.skipIf(process.platform !== 'linux')('a name that is not UTF-8', async () => {
    const { folder, inner } = await aFolder()
    const path = Buffer.concat([Buffer.from(join(inner, 'x')), Buffer.of(0xff)])
    await writeFile(path, 'x')
    const failure = await createMetainfo(folder).catch((error: unknown) => error)
    await unlink(path)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toMatchObject({ message: `${join(inner, 'x')}\ufffd has a name that is not UTF-8` })
  })

  test('what cannot be read for another reason, with that', async () => {
    const { folder, inner } = await aFolder((path) => symlink('x'.repeat(300), join(path, 'x')))
    await expect(surveyFolder(folder)).rejects.toThrow(`cannot read ${join(inner, 'x')}: name too long (ENAMETOOLONG)`)
  })
})

describe('nothing is said of', () => {
  test('files, folders, and links to them, also several to one', async () => {
    const { folder, inner } = await aFolder(async (path) => {
      await mkdir(join(path, 'empty'))
      await symlink('../data', join(path, 'file'))
    })
    const other = await aFolder()
    await symlink(other.folder, join(folder, 'one'))
    await symlink(other.folder, join(inner, 'two'))
    await expect(surveyFolder(folder)).resolves.toBeUndefined()
  })

  test.each(['.hidden', 'Thumbs.db', 'desktop.ini', 'backup~', '__MACOSX', '@eaDir', 'npm-debug.log'])(
    'what is left out, whatever it is: %s',
    async (name) => {
      const { folder } = await aFolder((inner) => makeFifo(join(inner, name)))
      expect(parseMetainfo(await createMetainfo(folder)).files.map(({ path }) => path.at(-1))).toEqual(['data'])
    },
  )
})

test('what stands at a path is what its links lead to, by its device and inode', async () => {
  const { folder } = await aFolder((inner) => symlink('../data', join(inner, 'link')))
  const [file, link] = await Promise.all([lookAt(join(folder, 'data')), lookAt(join(folder, 'inner', 'link'))])
  expect([link.isFile(), link.dev, link.ino]).toEqual([true, file.dev, file.ino])
  await expect(lookAt(join(folder, 'gone'))).rejects.toMatchObject({ code: 'ENOENT', syscall: 'stat' })
})
