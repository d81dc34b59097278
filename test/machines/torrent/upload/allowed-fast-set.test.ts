import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AllowedFastSeed, allowedFastSet } from '../../../../machines/torrent/upload/allowed-fast-set.ts'

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest()
/** The example of BEP 6. */
const example: AllowedFastSeed = {
  host: '80.4.4.200',
  infoHash: new Uint8Array(20).fill(0xaa),
  pieceCount: 1313,
  count: 7,
}
const setOf = (change: Partial<AllowedFastSeed>): number[] => allowedFastSet({ ...example, ...change }, sha1)

describe('the allowed-fast set (BEP 6)', () => {
  it.each([
    [7, [1059, 431, 808, 1217, 287, 376, 1188]],
    [9, [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]],
    [10, [1059, 431, 808, 1217, 287, 376, 1188, 353, 508, 1246]],
  ])('of %i pieces is that of the example', (count, pieces) => {
    expect(setOf({ count })).toEqual(pieces)
  })

  it('is the same for a whole /24, and another for its neighbour', () => {
    for (const host of ['80.4.4.0', '80.4.4.1', '80.4.4.255', '::ffff:80.4.4.7']) {
      expect(setOf({ host })).toEqual(setOf({}))
    }
    expect(setOf({ host: '80.4.5.200' })).not.toEqual(setOf({}))
  })

  it('has no more pieces than the torrent', () => {
    expect(setOf({ pieceCount: 5, count: 5 })).toEqual([2, 3, 0, 1, 4])
    expect(setOf({ pieceCount: 5, count: 10 })).toEqual([2, 3, 0, 1, 4])
    expect(setOf({ pieceCount: 1 })).toEqual([0])
    expect(setOf({ pieceCount: 0 })).toEqual([])
  })

  it('is the same for a whole /64 of IPv6, and another for its neighbour: BEP 6 knows IPv4 alone', () => {
    const digest = sha1(Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, ...new Array<number>(12).fill(0), ...example.infoHash))
    const first = [0, 4, 8, 12, 16].map((at) => Buffer.from(digest).readUInt32BE(at) % example.pieceCount)
    for (const host of ['2001:db8::1', '2001:DB8:0::ffff', '2001:db8:0:0:1234::']) {
      expect(setOf({ host, count: 5 })).toEqual(first)
    }
    expect(setOf({ host: '2001:db8:0:1::1', count: 5 })).not.toEqual(first)
  })

  it.each(['peer.example.org', 'localhost', 'fe80::1%eth0'])('is empty for %s, which has no bytes', (host) => {
    expect(setOf({ host })).toEqual([])
  })

  it('holds pieces of the torrent, each once, and more of them for a higher count', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6()),
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(20),
        (host, pieceCount, count) => {
          const set = setOf({ host, pieceCount, count })
          expect(new Set(set).size).toBe(Math.min(count, pieceCount))
          expect(set.every((piece) => Number.isInteger(piece) && piece >= 0 && piece < pieceCount)).toBe(true)
          expect(setOf({ host, pieceCount, count: count + 1 }).slice(0, set.length)).toEqual(set)
        },
      ),
    )
  })
})
