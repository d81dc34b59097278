import { describe, expect, it } from 'vitest'
import {
  MetadataSource,
  metadataDepth,
  metadataRestMs,
  metadataSilenceMs,
  metadataTimeoutMs,
} from '../../../machines/extensions/metadata-source.ts'

describe('a peer that offers metadata', () => {
  it('is asked for two pieces at once', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    expect(source.isFree(0)).toBe(true)
    source.asked(1, 0)
    expect([metadataDepth, source.isFree(0)]).toEqual([2, false])
    expect(source.gave(0, 0)).toBe(true)
    expect(source.isFree(0)).toBe(true)
  })

  it('is left alone for a minute after a reject, even when it gives something else', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    source.asked(1, 0)
    source.rejected(0, 500)
    source.gave(1, 500)
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
    expect(source.gave(3, metadataTimeoutMs)).toBe(true)
    expect(source.isFree(metadataTimeoutMs)).toBe(true)
  })

  it('is silent when it owes a piece and has answered nothing for 2 s: it is asked for no more till it answers', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    expect([source.isSilent(metadataSilenceMs - 1), source.isFree(metadataSilenceMs - 1)]).toEqual([false, true])
    expect([source.isSilent(metadataSilenceMs), source.isFree(metadataSilenceMs)]).toEqual([true, false])
    source.asked(1, 100)
    source.gave(0, 5_000)
    expect([source.isSilent(5_000 + metadataSilenceMs - 1), source.isSilent(5_000 + metadataSilenceMs)]).toEqual([
      false,
      true,
    ])
    source.gave(1, 8_000)
    expect([source.isSilent(60_000), source.isFree(60_000)]).toEqual([false, true])
  })

  it('is as quick as its last answer was; an overdue one took as long as it may', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    source.asked(1, 100)
    expect(source.answerMs).toBe(0)
    source.gave(0, 300)
    source.gave(1, 350)
    expect(source.answerMs).toBe(250)
    source.asked(2, 400)
    source.tick(400 + metadataTimeoutMs)
    source.gave(2, 90_000)
    expect(source.answerMs).toBe(metadataTimeoutMs)
  })

  it('moves while it may be asked, or owes a piece and is not silent', () => {
    const source = new MetadataSource(1, 100_000)
    expect(source.isMoving(0)).toBe(true)
    source.asked(0, 0)
    source.asked(1, 0)
    expect([source.isMoving(metadataSilenceMs - 1), source.isMoving(metadataSilenceMs)]).toEqual([true, false])
    source.withdrew()
    expect(source.isMoving(0)).toBe(false)
  })

  it('owes one answer a request: late ones are expected, more are not', () => {
    const source = new MetadataSource(1, 100_000)
    expect(source.gave(0, 0)).toBe(false)
    source.asked(0, 0)
    source.tick(metadataTimeoutMs)
    source.asked(0, metadataTimeoutMs + metadataRestMs)
    expect([source.gave(0, 0), source.gave(0, 0), source.gave(0, 0)]).toEqual([true, true, false])
  })

  it('that withdraws is not asked, and still owes what it was asked for', () => {
    const source = new MetadataSource(1, 100_000)
    source.asked(0, 0)
    source.withdrew()
    expect([source.isFree(0), [...source.outstanding.keys()]]).toEqual([false, []])
    expect([source.gave(0, 0), source.gave(0, 0)]).toEqual([true, false])
    source.offered()
    expect(source.isFree(0)).toBe(true)
  })
})
