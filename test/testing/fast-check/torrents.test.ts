import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Layout } from '../../../machines/layout.ts'
import { anyPieceSet } from '../../../testing/fast-check/piece-sets.ts'
import { anyTorrent } from '../../../testing/fast-check/torrents.ts'
import { runs } from '../../in-full.ts'

test('a torrent is read, and its content is what its hashes say', () => {
  fc.assert(
    fc.property(anyTorrent, ({ metainfo, content }) => {
      expect(metainfo.length).toBe(content.length)
      const { pieceCount, pieceLength } = new Layout(metainfo)
      for (let index = 0; index < pieceCount; index++) {
        const piece = content.subarray(index * pieceLength, (index + 1) * pieceLength)
        const right = metainfo.pieceHashes.subarray(index * 20, index * 20 + 20)
        expect(Buffer.compare(createHash('sha1').update(piece).digest(), right)).toBe(0)
      }
    }),
    { numRuns: runs(8, 60) },
  )
})

test('torrents are private and not, of one file and of several, and of files without a byte', () => {
  const some = fc.sample(anyTorrent, { numRuns: runs(15, 100), seed: 1 }).map(({ metainfo }) => metainfo)
  expect(new Set(some.map((one) => one.private)).size).toBe(2)
  expect(Math.max(...some.map(({ files }) => files.length))).toBeGreaterThan(2)
  expect(some.some(({ files }) => files.some(({ length }) => length === 0))).toBe(true)
})

test('there is no set of pieces of a torrent that has none', () => {
  for (const size of [0, -1, 1.5]) expect(() => anyPieceSet(size)).toThrow(RangeError)
})

test('a set of pieces has the size that was asked for, and may be full or empty', () => {
  const some = fc.sample(anyPieceSet(2_049), { numRuns: 100 })
  expect(new Set(some.map(({ size }) => size))).toEqual(new Set([2_049]))
  expect([some.some(({ isAll }) => isAll), some.some(({ isNone }) => isNone)]).toEqual([true, true])
  expect(some.some(({ isAll, isNone }) => !isAll && !isNone)).toBe(true)
})
