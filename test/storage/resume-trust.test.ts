import { describe, expect, test } from 'vitest'
import type { FileStamp } from '../../storage/file-stamps.ts'
import { believe, claimable } from '../../storage/resume-trust.ts'
import { multiFileTorrent } from './support.ts'

// Pieces 0 to 5 of 16 KiB: `one` lies in 0 and 1, `two` in 1 to 3, `three` in 5; piece 4 is padding.
const { metainfo } = multiFileTorrent(
  [
    { path: ['empty'], length: 0 },
    { path: ['one'], length: 20_000 },
    { path: ['two'], length: 45_536 },
    { path: ['pad'], length: 16_384, attr: 'p' },
    { path: ['three'], length: 10_000 },
  ],
  16_384,
)
const stamp = (inode: bigint): FileStamp => ({ size: 1n, mtimeNs: 1n, ctimeNs: 1n, inode })
const stamps = [stamp(1n), stamp(2n), stamp(3n)]
/** All but piece 3. */
const have = Uint8Array.of(0b11101100)

const believed = (
  found: readonly FileStamp[],
  data: { have: Uint8Array; stamps: readonly FileStamp[] } = { have, stamps },
) => [0, 1, 2, 3, 4, 5].map(believe(metainfo, data, found))

describe('of resume data is believed', () => {
  test('everything when no file has changed, also what is missing', () => {
    expect(believed(stamps)).toEqual([true, true, true, false, true, true])
  })

  test.each<[string, readonly FileStamp[], readonly (boolean | undefined)[]]>([
    ['one', [stamp(9n), stamp(2n), stamp(3n)], [undefined, undefined, true, false, true, true]],
    ['two', [stamp(1n), stamp(9n), stamp(3n)], [true, undefined, undefined, undefined, true, true]],
    ['three', [stamp(1n), stamp(2n), 'unknown'], [true, true, true, false, true, undefined]],
  ])('nothing of the pieces that touch a file that has: %s', (_, found, expected) => {
    expect(believed(found)).toEqual(expected)
  })

  test('that no piece of a file that is not there is ours, whatever its stamp says', () => {
    const gone: readonly FileStamp[] = [stamp(9n), 'absent', stamp(3n)]
    const expected = [undefined, false, false, false, true, true]
    expect(believed(gone)).toEqual(expected)
    expect(believed(gone, { have, stamps: [stamp(1n), 'absent', stamp(3n)] })).toEqual(expected)
  })

  const nothing = Array.from({ length: 6 }, () => undefined)
  test('nothing of a store without files, before or now', () => {
    expect(believed([])).toEqual(nothing)
    expect(believed(stamps, { have, stamps: [] })).toEqual(nothing)
    expect(believed([], { have, stamps: [] })).toEqual(nothing)
  })

  test('nothing when it does not fit the torrent', () => {
    expect(believed(stamps, { have: Uint8Array.of(0xff, 0), stamps })).toEqual(nothing)
    expect(believed(stamps, { have, stamps: [...stamps, stamp(4n)] })).toEqual(nothing)
  })
})

describe('claimed may be', () => {
  test('what lies in files that are there, or may be', () => {
    expect(claimable(metainfo, have, stamps)).toEqual(have)
    expect(claimable(metainfo, have, ['unknown', 'unknown', 'unknown'])).toEqual(have)
    expect(claimable(metainfo, have, [])).toEqual(have)
  })

  test('no piece of a file that is absent', () => {
    expect(claimable(metainfo, have, [stamp(1n), 'absent', stamp(3n)])).toEqual(Uint8Array.of(0b10001100))
  })
})
