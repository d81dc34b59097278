import { execFileSync } from 'node:child_process'
import { link, mkdir, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OpenMode } from '../../storage/handle-pool.ts'
import { openAnywhere, openWithin } from '../../storage/open-file.ts'
import { temporaryFolder } from './support.ts'

/** An output folder, and one outside in which something precious lies. */
const folders = async () => {
  const parent = await realpath(await temporaryFolder())
  const root = join(parent, 'out')
  const outside = join(parent, 'outside')
  await mkdir(join(root, 'album'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(outside, 'song'), 'precious')
  const left = async () => ({ names: await readdir(outside), song: await readFile(join(outside, 'song'), 'utf8') })
  return { root, outside, left }
}

const untouched = { names: ['song'], song: 'precious' }

const fifo = (path: string) => execFileSync('mkfifo', [path])

describe.each([
  ['by handle, as on Linux', true],
  ['by path, as elsewhere', false],
])('a file below a folder, %s,', (_, byHandle) => {
  const use = async (root: string, path: string, mode: OpenMode, text = 'new') => {
    const handle = await openWithin(root, byHandle)(path, mode)
    try {
      return mode === 'write' ? (await handle.write(text)).bytesWritten : await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  }

  test('is made where it is missing, with the folders it stands in and the folder itself', async () => {
    const { root } = await folders()
    await rm(root, { recursive: true })
    await Promise.all(
      ['a/b/c/one', 'a/b/c/two', 'a/b/three', 'four'].map((path) => use(root, join(root, path), 'write')),
    )
    expect((await readdir(root, { recursive: true })).sort()).toEqual(
      ['a', 'a/b', 'a/b/c', 'a/b/c/one', 'a/b/c/two', 'a/b/three', 'four'].sort(),
    )
    expect(await use(root, join(root, 'a/b/c/one'), 'read')).toBe('new')
  })

  test('is not made to be read', async () => {
    const { root } = await folders()
    await expect(use(root, join(root, 'album/song'), 'read')).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readdir(join(root, 'album'))).toEqual([])
  })

  test.each<[string, string, (places: { root: string; outside: string }) => Promise<void>]>([
    [
      'the file is a link',
      'album/song',
      ({ root, outside }) => symlink(join(outside, 'song'), join(root, 'album/song')),
    ],
    [
      'the file is a link to what is not there yet',
      'album/song',
      ({ root, outside }) => symlink(join(outside, 'new'), join(root, 'album/song')),
    ],
    [
      'its folder is a link',
      'album/song',
      async ({ root, outside }) => {
        await rm(join(root, 'album'), { recursive: true })
        await symlink(outside, join(root, 'album'))
      },
    ],
    [
      'its folder is a link, and the file is not there yet',
      'album/new',
      async ({ root, outside }) => {
        await rename(join(root, 'album'), join(root, 'was'))
        await symlink(outside, join(root, 'album'))
      },
    ],
    [
      'a folder further up is a link, and the folder below is not there yet',
      'album/new/deep/song',
      async ({ root }) => {
        await rename(join(root, 'album'), join(root, 'was'))
        await symlink('../outside', join(root, 'album'))
      },
    ],
    [
      'the folder itself has become a link',
      'album/song',
      async ({ root, outside }) => {
        await mkdir(join(outside, '../other/album'), { recursive: true })
        await rm(root, { recursive: true })
        await symlink(join(outside, '../other'), root)
      },
    ],
  ])('is not opened, nor made elsewhere, where %s that leads out', async (_name, path, swap) => {
    const { root, outside, left } = await folders()
    await swap({ root, outside })
    await expect(use(root, join(root, path), 'write')).rejects.toThrow(/\/out\/album|symbolic link|leads/)
    expect(await left()).toEqual(untouched)
    await expect(use(root, join(root, path), 'read')).rejects.toThrow()
  })

  test('is followed by links that stay within', async () => {
    const { root } = await folders()
    await mkdir(join(root, 'elsewhere'))
    await symlink('../elsewhere', join(root, 'album/deep'))
    await symlink('../elsewhere/real', join(root, 'album/song'))
    await writeFile(join(root, 'elsewhere/real'), 'old')
    await use(root, join(root, 'album/deep/one'), 'write')
    await use(root, join(root, 'album/song'), 'write')
    expect((await readdir(join(root, 'elsewhere'))).sort()).toEqual(['one', 'real'])
    expect(await use(root, join(root, 'album/song'), 'read')).toBe('new')
  })

  test.each([
    ['to nothing', 'gone', 'to nothing'],
    ['in a circle', 'song', 'in a circle'],
  ])('is refused where it is a link %s', async (_name, target, leads) => {
    const { root } = await folders()
    const path = join(root, 'album/song')
    await symlink(target, path)
    await expect(use(root, path, 'write')).rejects.toThrow(`${path} is a link that leads ${leads}`)
    expect(await readdir(join(root, 'album'))).toEqual(['song'])
  })

  test.each<[string, (path: string) => unknown, string]>([
    ['a FIFO', fifo, 'something else'],
    ['a link to a FIFO', (path) => [fifo(join(dirname(path), 'fifo')), symlink('fifo', path)][1], 'something else'],
  ])('is refused at once where %s stands', async (_name, put, what) => {
    const { root } = await folders()
    const path = join(root, 'album/song')
    await put(path)
    for (const mode of ['read', 'write'] as const) {
      await expect(use(root, path, mode)).rejects.toThrow(`${path} should be a file, but is ${what}`)
    }
  })

  test('is one with another name that the user gave it', async () => {
    const { root, outside, left } = await folders()
    await link(join(outside, 'song'), join(root, 'album/song'))
    await use(root, join(root, 'album/song'), 'write', 'PRECIOUS')
    expect(await left()).toEqual({ names: ['song'], song: 'PRECIOUS' })
  })
})

test('a file to read is found wherever links lead', async () => {
  const { root, outside } = await folders()
  await symlink(join(outside, 'song'), join(root, 'album/song'))
  const handle = await openAnywhere(join(root, 'album/song'), 'read')
  expect(await handle.readFile('utf8')).toBe('precious')
  await handle.close()
})

test.each<[string, (path: string) => unknown, string]>([
  ['a FIFO', fifo, 'something else'],
  ['a folder', (path) => mkdir(path), 'a folder'],
  ['a link to a device', (path) => symlink('/dev/zero', path), 'something else'],
])('%s is no file to read, and nobody waits for it', async (_name, put, what) => {
  const path = join((await folders()).root, 'album/song')
  await put(path)
  await expect(openAnywhere(path, 'read')).rejects.toThrow(`${path} should be a file, but is ${what}`)
})
