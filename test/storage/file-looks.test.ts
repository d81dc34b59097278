import { describe, expect, test } from 'vitest'
import { FileLooks, lookEveryMs } from '../../storage/file-looks.ts'
import type { FileChange } from '../../storage/file-stamps.ts'
import type { Loss } from '../../storage/loss.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { multiFileTorrent } from './support.ts'

/** Files 0, 1, 2 are `a`, `b`, `c`, with an empty and a pad file between. Pieces 0 and 1 lie in `a`, 2 in `b`, 3 in `b` and `c`. */
function someFiles() {
  const { metainfo } = multiFileTorrent(
    [
      { path: ['a'], length: 20_000 },
      { path: ['empty'], length: 0 },
      { path: ['.pad'], length: 12_768, attr: 'p' },
      { path: ['b'], length: 20_000 },
      { path: ['c'], length: 10_000 },
    ],
    16_384,
  )
  const looked: number[] = []
  const lookedAtLast: number[] = []
  const renewed: number[] = []
  const changes = new Map<number, FileChange>()
  const names = ['/a', '/b', '/c']
  const clock = new SimulatedClock()
  const looks = new FileLooks(
    metainfo,
    {
      stamps: [],
      flush: async () => [],
      look: async (file, isLast) => {
        looked.push(file)
        if (isLast) lookedAtLast.push(file)
        return changes.get(file)
      },
      renew: async (files) => void renewed.push(...files),
      pathOf: (file) => names[file] ?? '',
      fileAt: (path) => (names.includes(path) ? names.indexOf(path) : undefined),
    },
    clock,
  )
  /** Looks at the files of a piece. */
  const look = async (index: number) => pathsOf((await looks.look(index * 16_384, 16_384)) ?? [])
  return { looks, look, looked, lookedAtLast, renewed, changes, clock }
}

const pathsOf = (losses: readonly Loss[]) => losses.map(({ path }) => path)

describe('files that are used', () => {
  test('are looked at once the last look is too long ago, and waited for by nobody before', async () => {
    const { looks, look, looked, clock } = someFiles()
    clock.advance(lookEveryMs - 1)
    expect(looks.look(0, 16_384)).toBeUndefined()
    clock.advance(1)
    await look(0)
    expect(looks.look(0, 16_384)).toBeUndefined()
    expect(looked).toEqual([0])
    clock.advance(lookEveryMs)
    await look(0)
    expect(looked).toEqual([0, 0])
  })

  test('are those with bytes of what is asked for: all of them, no other, wherever that was before', async () => {
    const { look, looked, clock } = someFiles()
    clock.advance(lookEveryMs)
    await look(3)
    expect(looked.splice(0)).toEqual([1, 2])
    await look(1)
    expect(looked.splice(0)).toEqual([0])
    await look(2)
    expect(looked).toEqual([])
  })

  test('and were changed are lost once, with all of their pieces, and looked at no more', async () => {
    const { looks, look, looked, changes, clock } = someFiles()
    changes.set(1, 'gone')
    clock.advance(lookEveryMs)
    expect(await looks.look(2 * 16_384, 16_384)).toMatchObject([{ first: 2, end: 4, isThere: false, path: '/b' }])
    clock.advance(lookEveryMs)
    expect(looks.look(2 * 16_384, 16_384)).toBeUndefined()
    expect(await look(3)).toEqual([])
    expect([looked, [...looks.lost]]).toEqual([[1, 2], [1]])
  })

  test('are lost once when two looks find it', async () => {
    const { look, looks, changes, clock } = someFiles()
    changes.set(0, 'changed')
    clock.advance(lookEveryMs)
    const all = await Promise.all([look(0), looks.lookAtAll().then(pathsOf)])
    expect(all.flat()).toEqual(['/a'])
  })
})

test('all files are looked at together, though not again and again', async () => {
  const { looks, looked, changes, clock } = someFiles()
  for (const file of [0, 2]) changes.set(file, 'gone')
  expect(pathsOf(await looks.lookAtAll())).toEqual(['/a', '/c'])
  expect(await looks.lookAtAll()).toEqual([])
  expect(looked).toEqual([0, 1, 2])
  clock.advance(lookEveryMs)
  expect(await looks.lookAtAll()).toEqual([])
  expect(looked).toEqual([0, 1, 2, 1])
})

test('all files are looked at for good, whenever the last look was, as all pieces seem to be there', async () => {
  const { looks, looked, lookedAtLast, changes } = someFiles()
  await looks.lookAtAll()
  expect([looked.splice(0), lookedAtLast]).toEqual([[0, 1, 2], []])
  changes.set(1, 'changed')
  expect(pathsOf(await looks.lookAtLast())).toEqual(['/b'])
  expect(lookedAtLast).toEqual([0, 1, 2])
})

describe('a piece that could not be read', () => {
  test('costs the file that the error names, and is told once', () => {
    const { looks } = someFiles()
    const error = new StorageError('cannot read /b', { code: 'EACCES', path: '/b' })
    expect(looks.failed(3, error)).toMatchObject({ first: 2, end: 4, path: '/b' })
    expect([looks.failed(2, error), [...looks.lost]]).toEqual([undefined, [1]])
  })

  test('costs itself when no file is named, or one that is not of the torrent', () => {
    const { looks } = someFiles()
    for (const path of [undefined, '/elsewhere']) {
      expect(looks.failed(3, new StorageError('cannot read', { path }))).toMatchObject({ first: 3, end: 4 })
    }
    expect(looks.lost.size).toBe(0)
  })
})

describe('what is to be hashed', () => {
  test('lets the files be taken as they stand that are hashed from end to end', async () => {
    const { looks, renewed } = someFiles()
    expect(await looks.renew((index) => index >= 1)).toEqual([1, 2])
    expect(renewed).toEqual([1, 2])
  })

  test('is known then: a file that was lost is looked at again', async () => {
    const { looks, look, changes, clock } = someFiles()
    changes.set(1, 'changed')
    await looks.lookAtAll()
    clock.advance(lookEveryMs)
    looks.found([1])
    expect([...looks.lost]).toEqual([])
    expect(looks.look(2 * 16_384, 16_384)).toBeUndefined()
    clock.advance(lookEveryMs)
    expect(await look(2)).toEqual(['/b'])
  })
})
