import { rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isUnchanged, type Sighting, stampOf } from '../../storage/file-stamps.ts'
import { type FileSystem, fileSystem } from '../../storage/file-system.ts'
import { WatchedFile } from '../../storage/watched-file.ts'
import { temporaryFolder } from './support.ts'

/** The machine's, of which nothing is open, but for what a test changes. */
const aSystem = (changed: Partial<FileSystem>): FileSystem => ({ ...fileSystem(async () => undefined), ...changed })

async function watchedFrom(path: string, system: Partial<FileSystem> = {}): Promise<WatchedFile> {
  const watched = new WatchedFile(path, aSystem(system))
  await watched.renew()
  return watched
}

const refused = (code: string) => Object.assign(new Error(code), { code })

async function aWatchedFile(system: Partial<FileSystem> = {}) {
  const path = join(await temporaryFolder(), 'file')
  await writeFile(path, '')
  const watched = await watchedFrom(path, system)
  let length = 0
  /** Ours or not: it grows, so that a stamp tells whatever the file system's clock says. */
  const grow = () => writeFile(path, 'x'.repeat(++length))
  return { path, watched, grow }
}

test('the stamp is the one that our own writes leave, of several at once too', async () => {
  const { path, watched, grow } = await aWatchedFile()
  await watched.write(grow)
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
  await Promise.all([watched.write(grow), watched.write(grow), watched.write(grow)])
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
})

test('a change by somebody else is not taken for ours: it shows when the file is looked at next', async () => {
  const { path, watched, grow } = await aWatchedFile()
  await watched.write(grow)
  await grow()
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(false)
})

test('a write of ours does not cover up what somebody else did before: the file is unknown for good', async () => {
  const { watched, grow } = await aWatchedFile()
  await grow()
  await watched.write(grow)
  expect(watched.stamp).toBe('unknown')
  await watched.write(grow)
  expect(watched.stamp).toBe('unknown')
})

test('a file that our write makes shorter is ours if that was said, and no shorter than that', async () => {
  const { path, watched, grow } = await aWatchedFile()
  for (let i = 0; i < 5; i++) await watched.write(grow)
  await watched.write(() => truncate(path, 3), 3)
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
  await watched.write(() => truncate(path, 1), 2)
  expect(watched.stamp).toBe('unknown')
  await watched.renew()
  await watched.write(() => truncate(path, 0))
  expect(watched.stamp).toBe('unknown')
})

test('a file that our write makes is ours', async () => {
  const path = join(await temporaryFolder(), 'new')
  const watched = await watchedFrom(path)
  await watched.write(() => writeFile(path, 'x'))
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
})

test('while writes overlap the stamp is in doubt, and not an older one; once they have ended it is theirs', async () => {
  const { path, watched, grow } = await aWatchedFile()
  await watched.write(grow)
  let end = () => {}
  const first = watched.write(() => new Promise((resolve) => (end = resolve)))
  expect(watched.stamp).toBe('unknown')
  await watched.write(grow)
  expect(watched.stamp).toBe('unknown')
  end()
  await first
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
})

test.each<[string, (path: string) => Promise<void>]>([
  ['taken away', (path) => rm(path)],
  [
    'replaced',
    async (path) => {
      await writeFile(`${path}.new`, 'a longer text of somebody else')
      await rename(`${path}.new`, path)
    },
  ],
  ['cut off', (path) => truncate(path)],
])('a file that is %s while we write is not taken for what we wrote', async (_, change) => {
  const { path, watched, grow } = await aWatchedFile()
  await watched.write(grow)
  // Who takes it away, or puts another in its place, has the write fail.
  await watched.write(() => change(path)).catch(() => {})
  expect(watched.stamp).toBe('unknown')
  expect(await watched.look()).toBeDefined()
  await watched.write(grow).catch(() => {})
  expect(watched.stamp).toBe('unknown')
})

test('a look that begins amid a write, and is over after it, does not take that for a change by others', async () => {
  const { watched, grow } = await aWatchedFile()
  await watched.write(grow)
  let looked: ReturnType<typeof watched.look> | undefined
  await watched.write(async () => {
    await grow()
    looked = watched.look()
  })
  expect(await looked).toBeUndefined()
  expect(await watched.look(true)).toBeUndefined()
})

/** Sets the times of our own writes late, so that others' changes cannot be told from them. */
const late: Partial<FileSystem> = { isPunctual: async () => false }

test('where times come late, others than our write left count the first, second, fourth, eighth time, before a write or in a look', async () => {
  const { path, watched, grow } = await aWatchedFile(late)
  const counted: number[] = []
  for (let time = 1; time <= 16; time++) {
    await watched.write(grow)
    await utimes(path, time, time)
    if (time % 2 === 0) await watched.write(grow)
    if (await watched.look()) counted.push(time)
    if (counted.at(-1) === time) await watched.renew()
  }
  expect(counted).toEqual([1, 2, 4, 8, 16])
})

test('where times are there with the write, others than ours count each time, before a write or in a look', async () => {
  const { path, watched, grow } = await aWatchedFile({ isPunctual: async () => true })
  for (let time = 1; time <= 10; time++) {
    await watched.write(grow)
    await utimes(path, time, time)
    if (time % 2 === 0) await watched.write(grow)
    expect(await watched.look()).toBe('changed')
    await watched.renew()
  }
})

test.each([
  ['a last look', true],
  ['a look with no write since the one before', false],
])('a doubt that times have left counts in %s', async (_, isLast) => {
  const { path, watched, grow } = await aWatchedFile(late)
  for (let time = 1; time <= 3; time++) {
    await watched.renew()
    await watched.write(grow)
    await utimes(path, time, time)
    expect(await watched.look()).toBe(time < 3 ? 'changed' : undefined)
  }
  await watched.write(grow)
  if (!isLast) expect(await watched.look()).toBeUndefined()
  expect(await watched.look(isLast)).toBe('changed')
  expect(watched.stamp).toBe('unknown')
  await watched.renew()
  expect(await watched.look(true)).toBeUndefined()
})

test('times that others change where we have not written count each time', async () => {
  const { path, watched } = await aWatchedFile()
  for (let late = 1; late <= 5; late++) {
    await utimes(path, late, late)
    expect(await watched.look()).toBe('changed')
    await watched.renew()
  }
})

describe('a file with another inode', () => {
  /** A file that comes under another inode, and otherwise as `changed` says, once `renumber` was called. */
  const renumbered = async (changed: Partial<Sighting> = {}, inodeOfOpen: bigint | undefined = undefined) => {
    let isAnother = false
    const file = await aWatchedFile({
      stampOf: async (path) => {
        const found = await stampOf(path)
        return isAnother && typeof found === 'object' ? { ...found, inode: 7n, ...changed } : found
      },
      inodeOfOpen: async () => inodeOfOpen,
    })
    await file.watched.write(file.grow)
    const renumber = () => {
      isAnother = true
    }
    return { ...file, renumber }
  }

  test.each<[string, Partial<Sighting>, bigint | undefined]>([
    ['that was made at another time', { birthNs: 1n }, 7n],
    ['that is longer', { size: 99n }, 7n],
    ['that is shorter', { size: 0n }, undefined],
    ['that is not the one we have open', {}, 8n],
  ])('%s is another file: it is changed, and not written to', async (_, changed, inodeOfOpen) => {
    const { watched, grow, renumber } = await renumbered(changed, inodeOfOpen)
    renumber()
    await expect(watched.write(grow)).rejects.toThrow('another program has put another file in its place')
    expect(await watched.look()).toBe('changed')
  })

  test.each<[string, bigint | undefined]>([
    ['and nothing open', undefined],
    ['and that one open', 7n],
  ])('%s is the same file if nothing else tells: it is changed, and written to', async (_, inodeOfOpen) => {
    const { watched, grow, renumber } = await renumbered({}, inodeOfOpen)
    renumber()
    await watched.write(grow)
    expect([watched.stamp, await watched.look()]).toEqual(['unknown', 'changed'])
    await watched.renew()
    await watched.write(grow)
    expect([typeof watched.stamp, await watched.look(true)]).toEqual(['object', undefined])
  })

  test('that it got while we made it longer is the same file, and unknown', async () => {
    const { watched, grow, renumber } = await renumbered()
    await watched.write(async () => {
      renumber()
      await grow()
    })
    expect([watched.stamp, await watched.look()]).toEqual(['unknown', 'changed'])
  })
})

test('what was found and what was written is flushed once, and a write that ends during a flush with the next', async () => {
  const { path, watched, grow } = await aWatchedFile()
  const synced: string[] = []
  const sync = async (of: string) => void synced.push(of)
  await watched.flush(sync)
  await watched.flush(sync)
  expect(synced).toEqual([path])
  await watched.write(grow)
  await watched.flush(() => watched.write(grow))
  await watched.flush(sync)
  await watched.flush(sync)
  expect(synced).toEqual([path, path])
})

test('of a file that is not there nothing is flushed', async () => {
  const watched = await watchedFrom(join(await temporaryFolder(), 'nothing'))
  await watched.flush(() => Promise.reject(new Error('called')))
  expect(watched.stamp).toBe('absent')
})

test.each(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'])(
  'a flush that cannot reach the file (%s) fails if we have written to it, else it is unknown',
  async (code) => {
    const { watched, grow } = await aWatchedFile()
    await watched.flush(() => Promise.reject(refused(code)))
    expect(watched.stamp).toBe('unknown')
    await watched.write(grow)
    await expect(watched.flush(() => Promise.reject(refused(code)))).rejects.toThrow(code)
  },
)

test.each(['EINVAL', 'EROFS'])(
  'where nobody can write (%s) there is nothing to flush, and the file is as it was found',
  async (code) => {
    const { path, watched } = await aWatchedFile()
    await watched.flush(() => Promise.reject(refused(code)))
    expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
  },
)

test('renewed it stands as it is found, whoever changed it, and is flushed again', async () => {
  const { path, watched, grow } = await aWatchedFile()
  await watched.flush(async () => {})
  await grow()
  await watched.write(grow)
  expect(watched.stamp).toBe('unknown')
  await watched.flush(async () => {})
  expect(isUnchanged(await watched.renew(), await stampOf(path))).toBe(true)
  const synced: string[] = []
  await watched.flush(async (of) => void synced.push(of))
  expect(synced).toEqual([path])
})

test('renewed while we write it stays in doubt until the write has ended, and what we wrote is still to be flushed', async () => {
  const { path, watched, grow } = await aWatchedFile()
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  const write = watched.write(() => Promise.all([grow(), ended]).then(() => {}))
  expect(await watched.renew()).toBe('unknown')
  end()
  await write
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
  await watched.renew()
  await expect(watched.flush(() => Promise.reject(refused('ENOENT')))).rejects.toThrow('ENOENT')
})

test('renewed it does not forget that a flush failed', async () => {
  const { watched, grow } = await aWatchedFile()
  await watched.write(grow)
  await expect(watched.flush(() => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO')
  expect(await watched.renew()).toBe('unknown')
  await watched.write(grow)
  await watched.flush(async () => {})
  expect(watched.stamp).toBe('unknown')
})

test('a flush that failed is told, and the file not believed any more: the system may have dropped the bytes', async () => {
  const { watched, grow } = await aWatchedFile()
  await watched.write(grow)
  await expect(watched.flush(() => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO')
  expect(watched.stamp).toBe('unknown')
})

test('a write that fails is told, and what it may have left is ours', async () => {
  const { path, watched, grow } = await aWatchedFile()
  const failing = watched.write(async () => {
    await grow()
    throw new Error('ENOSPC')
  })
  await expect(failing).rejects.toThrow('ENOSPC')
  expect(isUnchanged(watched.stamp, await stampOf(path))).toBe(true)
})
