import { describe, expect, it } from 'vitest'
import {
  MetadataSource,
  metadataDepth,
  metadataRestMs,
  metadataTimeoutMs,
} from '../../../machines/torrent/metadata-source.ts'

describe('a peer that offers metadata', () => {
  it('is asked for two pieces at once', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    expect(source.isFree(0)).toBe(true)
    source.asked(1, 0)
    expect([metadataDepth, source.isFree(0)]).toEqual([2, false])
    expect(source.gave(0)).toBe(true)
    expect(source.isFree(0)).toBe(true)
  })

  it('is left alone for a minute after a reject, even when it gives something else', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    source.asked(1, 0)
    source.rejected(0, 500)
    source.gave(1)
    expect(source.isFree(500 + metadataRestMs - 1)).toBe(false)
    expect(source.isFree(500 + metadataRestMs)).toBe(true)
  })

  it('may reject what it was not asked for without effect', () => {
    const source = new MetadataSource(1, 100_000)
    source.rejected(0, 0)
    expect(source.isFree(0)).toBe(true)
  })

  it('is left alone when it does not answer in time, until it does', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(3, 0)
    source.tick(metadataTimeoutMs - 1)
    expect([...source.outstanding.keys()]).toEqual([3])
    source.tick(metadataTimeoutMs)
    expect([source.outstanding.size, source.isFree(metadataTimeoutMs)]).toEqual([0, false])
    expect(source.isFree(metadataTimeoutMs + metadataRestMs)).toBe(true)
    expect(source.gave(3)).toBe(true)
    expect(source.isFree(metadataTimeoutMs)).toBe(true)
  })

  it('owes one answer a request: late ones are expected, more are not', () => {
    const source = new MetadataSource(1, 100_000)
    expect(source.gave(0)).toBe(false)
    source.asked(0, 0)
    source.tick(metadataTimeoutMs)
    source.asked(0, metadataTimeoutMs + metadataRestMs)
    expect([source.gave(0), source.gave(0), source.gave(0)]).toEqual([true, true, false])
  })

  it('that withdraws is not asked, and still owes what it was asked for', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    source.withdrew()
    expect([source.isFree(0), [...source.outstanding.keys()]]).toEqual([false, []])
    expect([source.gave(0), source.gave(0)]).toEqual([true, false])
    source.offered()
    expect(source.isFree(0)).toBe(true)
  })
})
