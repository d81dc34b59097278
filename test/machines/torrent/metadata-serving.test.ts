import { describe, expect, it } from 'vitest'
import { type MetadataAnswer, MetadataServing } from '../../../machines/torrent/metadata-serving.ts'

const minute = 60_000

/** Asks `times` times for pieces in turn, all at `at`. */
function ask(serving: MetadataServing, times: number, pieceCount: number, at = 0): MetadataAnswer[] {
  return Array.from({ length: times }, (_, i) => serving.answer({ piece: i % pieceCount, pieceCount, at }))
}
const count = (answers: readonly MetadataAnswer[], which: MetadataAnswer): number =>
  answers.filter((answer) => answer === which).length

describe('serving metadata (BEP 9)', () => {
  it.each([-1, 3, 1e9, 0.5, Number.NaN])('rejects piece %d of 3', (piece) => {
    expect(new MetadataServing().answer({ piece, pieceCount: 3, at: 0 })).toBe('reject')
  })

  it('rejects while there is no metadata, and serves when there is', () => {
    const serving = new MetadataServing()
    expect(serving.answer({ piece: 0, pieceCount: 0, at: 0 })).toBe('reject')
    expect(serving.answer({ piece: 0, pieceCount: 1, at: 1 })).toBe('serve')
  })

  it.each([1, 3, 100, 1920])('gives the whole of %i pieces twice at once', (pieceCount) => {
    expect(count(ask(new MetadataServing(), 2 * pieceCount, pieceCount), 'serve')).toBe(2 * pieceCount)
  })

  it.each([100, 1920])('gives the whole of %i pieces again after five minutes', (pieceCount) => {
    const serving = new MetadataServing()
    ask(serving, 2 * pieceCount, pieceCount)
    expect(count(ask(serving, pieceCount, pieceCount, 5 * minute), 'serve')).toBe(pieceCount)
    expect(count(ask(serving, pieceCount, pieceCount, 5 * minute), 'reject')).toBe(pieceCount)
  })

  it('rejects a flood, and closes on one that goes on', () => {
    const answers = ask(new MetadataServing(), 2000, 200)
    expect(answers.indexOf('reject')).toBe(400)
    expect(answers.indexOf('metadata_flood')).toBe(800)
    expect(answers.lastIndexOf('reject')).toBe(799)
  })

  it('bears a peer that asks for short metadata again and again for a while', () => {
    const answers = ask(new MetadataServing(), 1000, 1)
    expect([count(answers, 'serve'), count(answers, 'reject')]).toEqual([64, 256])
  })

  it('closes on a flood of requests that can not be served', () => {
    const serving = new MetadataServing()
    const answers = Array.from({ length: 300 }, () => serving.answer({ piece: 0, pieceCount: 0, at: 0 }))
    expect(answers.indexOf('metadata_flood')).toBe(256)
  })

  it('bears an honest peer that is rejected and asks again once a minute', () => {
    const serving = new MetadataServing()
    for (let i = 0; i < 1000; i++) expect(serving.answer({ piece: 0, pieceCount: 0, at: i * minute })).toBe('reject')
  })
})
