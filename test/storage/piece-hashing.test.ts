import { describe, expect, test } from 'vitest'
import { type Hashed, type Hashing, hashInOrder, isPiece } from '../../storage/piece-hashing.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { multiFileTorrent, pieceOf } from './support.ts'

/** Pieces 0 and 1 lie in `a`, 2 in `a` and `b`, 3 and 4 in `b`. */
const { metainfo, data } = multiFileTorrent(
  ['a', 'b'].map((name) => ({ path: [name], length: 40_960 })),
  16_384,
)

const failure = (code?: string) => Object.assign(new Error('no'), code !== undefined && { code })

/** Hashes what `errors` does not keep from being read. */
async function hash(errors: Readonly<Record<number, Error>> = {}, options: Partial<Hashing> = {}) {
  const reads: number[] = []
  const hashing: Hashing = {
    metainfo,
    read: async (index) => {
      reads.push(index)
      if (errors[index]) throw errors[index]
      return pieceOf(metainfo, data, index)
    },
    skip: (from) => from,
    requireGoingOn: () => {},
    ...options,
  }
  const found: Hashed[] = []
  for await (const one of hashInOrder(hashing)) found.push(one)
  const right = found.flatMap(({ index, isRight }) => (isRight ? index : []))
  return { reads, found, right, faults: found.flatMap(({ index, fault }) => (fault ? [[index, fault.code]] : [])) }
}

describe('pieces', () => {
  test('are hashed in their order, each read once', async () => {
    const { reads, right, found } = await hash()
    expect([reads, right]).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ])
    expect(found.map(({ after }) => after)).toEqual([1, 2, 3, 4, 5])
  })

  test('that need not be hashed are not read', async () => {
    const { reads, right } = await hash({}, { skip: (from) => (from <= 1 ? 1 : from <= 4 ? 4 : from) })
    expect([reads, right]).toEqual([
      [1, 4],
      [1, 4],
    ])
  })

  test.each(['ENOENT', 'EPARTIALREAD'])(
    'of a file that ends with %s are passed over to the first that can do without it',
    async (code) => {
      const { reads, right, faults } = await hash({ 0: failure(code) })
      expect([reads, right, faults]).toEqual([[0, 3, 4], [3, 4], []])
    },
  )

  test('behind one of several files that ends early are read on, as nobody knows which file it was', async () => {
    const { reads, right } = await hash({ 2: failure('ENOENT') })
    expect([reads, right]).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 3, 4],
    ])
  })

  test.each([
    ['an error without a code', failure(), []],
    ['notFound', Object.assign(failure('EX'), { notFound: true }), []],
    ['a failure of the disk', failure('EIO'), [[1, 'EIO']]],
    ['an error of our own', new StorageError('closed'), [[1, undefined]]],
  ])(
    'that cannot be read for %s are missing alone, and it is told whether they may be there',
    async (_, error, faults) => {
      expect(await hash({ 1: error })).toMatchObject({ right: [0, 2, 3, 4], faults })
    },
  )

  test('that are wrong, short or empty are not right', async () => {
    const bad = [pieceOf(metainfo, data, 1), data.subarray(16_384, 20_000), new Uint8Array()]
    const read = async (index: number) => bad[index] ?? pieceOf(metainfo, data, index)
    expect((await hash({}, { read })).right).toEqual([3, 4])
  })

  test('are read ahead by one while they are hashed, and by no more', async () => {
    const { reads, ...hashing } = { reads: [] as number[], metainfo, skip: (from: number) => from }
    const read = async (index: number) => {
      reads.push(index)
      return pieceOf(metainfo, data, index)
    }
    const hashed = hashInOrder({ ...hashing, read, requireGoingOn: () => {} })
    await hashed.next()
    expect(reads).toEqual([0, 1])
    await hashed.return(undefined)
  })

  test('are hashed no more once that is ended, with the reason it is ended for', async () => {
    const left = [0, 1, 2]
    const requireGoingOn = () => {
      if (left.pop() === undefined) throw new Error('ended')
    }
    await expect(hash({}, { requireGoingOn })).rejects.toThrow('ended')
  })
})

test('a piece is its bytes, all of them, by their SHA-1', async () => {
  expect(await isPiece(metainfo, 1, pieceOf(metainfo, data, 1))).toBe(true)
  expect(await isPiece(metainfo, 2, pieceOf(metainfo, data, 1))).toBe(false)
})
