import { describe, expect, it } from 'vitest'
import { frameLimit } from '../../../transport/wire/frame-limit.ts'

describe('frameLimit', () => {
  it('is 1 MiB before the piece count is known', () => {
    expect(frameLimit()).toBe(1024 * 1024)
  })

  it('is 64 KiB for a torrent whose bitfield is no longer: room for blocks, metadata and contacts', () => {
    expect(frameLimit(1)).toBe(65536)
    expect(frameLimit(8 * 65535)).toBe(65536)
  })

  it('is the bitfield message of a torrent with more pieces, its id included', () => {
    expect(frameLimit(8 * 65535 + 1)).toBe(65537)
    expect(frameLimit(8_000_001)).toBe(1_000_002)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %s pieces', (pieceCount) => {
    expect(() => frameLimit(pieceCount)).toThrow(RangeError)
  })
})
