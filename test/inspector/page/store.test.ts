import { describe, expect, test } from 'vitest'
import { Known, keeps } from '../../../inspector/page/store.ts'
import type { RatePoint, RoundRow, SaidRow } from '../../../inspector/protocol/protocol.ts'
import { firstBatch, peerId, peerRow } from './made-up.ts'

/** A store whose frames come when the test says so. */
function inFrames() {
  const frames: (() => void)[] = []
  const known = new Known((work) => frames.push(work))
  const frame = (): void => {
    for (const work of frames.splice(0)) work()
  }
  return { known, frames, frame }
}

const said = (from: number, count: number): SaidRow[] =>
  Array.from({ length: count }, (_, i) => ({
    seq: from + i,
    at: i,
    from: 1,
    to: 2,
    type: 'wire.have',
    text: '',
    took: [],
  }))

test('however many batches come, who watches is told once in the next frame, and only of his topics', () => {
  const { known, frames, frame } = inFrames()
  const told: string[] = []
  known.watch(['peers'], () => told.push('peers'))
  known.watch(['rounds'], () => told.push('rounds'))
  known.apply({ now: 1, peers: [peerRow(0)] })
  known.apply({ now: 2, peers: [peerRow(1)] })
  expect(frames).toHaveLength(1)
  frame()
  expect(told).toEqual(['peers'])
})

test('who watches no longer is told nothing', () => {
  const { known, frame } = inFrames()
  const told: string[] = []
  const stop = known.watch(['peers'], () => told.push('peers'))
  stop()
  known.apply({ now: 1, peers: [peerRow(0)] })
  frame()
  expect(told).toEqual([])
})

test('a row takes the place of the earlier one of its id, and a forgotten one goes', () => {
  const { known } = inFrames()
  known.apply(firstBatch(3))
  known.apply({ now: 1, peers: [peerRow(0, { why: 'new' })], forgotten: [peerId(1)] })
  expect(known.peers.get(peerId(0))?.why).toBe('new')
  expect([...known.peers.keys()]).toEqual([peerId(0), peerId(2)])
  expect(known.actors.has(peerId(1))).toBe(false)
})

describe('a feed that comes again', () => {
  test('of the same run leaves what was said, without saying it twice', () => {
    const { known } = inFrames()
    const first = firstBatch(2)
    known.apply(first)
    const before = known.said.length
    known.apply({ now: 9, said: said(10_000, 3) })
    known.apply(first)
    expect(known.said).toHaveLength(before + 3)
    expect(known.peers.size).toBe(2)
  })

  test('of another run begins anew', () => {
    const { known } = inFrames()
    known.apply(firstBatch(2))
    known.apply({ hello: { startedAt: 5, allow: [] }, now: 0, said: said(1, 4) })
    expect(known.said.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(known.peers.size).toBe(0)
  })
})

describe('what is kept is bounded', () => {
  test('events', () => {
    const { known } = inFrames()
    for (let i = 0; i < 40; i++) known.apply({ now: i, said: said(i * 500, 500) })
    expect(known.said.length).toBeLessThanOrEqual(keeps.said + 1000)
    expect(known.said.at(-1)?.seq).toBe(19_999)
  })

  test('points of rates and choke rounds, each actor for itself', () => {
    const { known } = inFrames()
    const points = Array.from({ length: 700 }, (_, at): RatePoint => ({ id: 1, at, down: 1, up: 1 }))
    const rounds = Array.from(
      { length: 50 },
      (_, seq): RoundRow => ({
        torrent: 2,
        seq,
        at: seq,
        round: seq,
        occasion: 'interval',
        mode: 'leeching',
        slots: 4,
        peers: [],
      }),
    )
    known.apply({ now: 1, rates: [...points, { id: 7, at: 1, down: 1, up: 1 }], rounds })
    expect(known.rates.get(1)?.points).toHaveLength(keeps.rates)
    expect(known.rates.get(7)?.points).toHaveLength(1)
    expect(
      known.rounds
        .get(2)
        ?.map(({ seq }) => seq)
        .at(-1),
    ).toBe(49)
    expect(known.rounds.get(2)).toHaveLength(keeps.rounds)
  })
})
