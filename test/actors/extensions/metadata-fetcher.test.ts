import { describe, expect, test } from 'vitest'
import { fetching, metadata, ready, request, settled } from './metadata-peers.ts'

describe('fetching', () => {
  test('asks as soon as somebody offers, and tells what became of it', async () => {
    const { give, meet, sent, told } = fetching()
    meet(1, metadata.length)
    expect(sent()).toEqual([request(1, 0), request(1, 1)])
    give(1, 0)
    expect(sent()).toEqual([request(1, 2)])
    give(1, 2)
    give(1, 1)
    await settled()
    expect(told).toEqual([ready])
  })

  test.each([undefined, 0, -1, 2 ** 32, 10 * 1024 * 1024 + 1, Number.MAX_SAFE_INTEGER])(
    'never asks who announces a size of %s',
    (size) => {
      const { meet, sent } = fetching()
      meet(1, size)
      expect(sent()).toEqual([])
    },
  )

  test('asks who announces a size later, and nobody who takes no messages of it', () => {
    const { greet, meet, sent } = fetching()
    meet(1)
    greet(1, metadata.length, 0)
    expect(sent()).toEqual([])
    greet(1, metadata.length)
    expect(sent()).toEqual([request(1, 0), request(1, 1)])
  })

  test('asks others for what a peer that left owes', () => {
    const { leave, meet, sent } = fetching()
    meet(1, metadata.length)
    meet(2, metadata.length)
    expect(sent()).toEqual([request(1, 0), request(1, 1), request(2, 2)])
    leave(1)
    expect(sent()).toEqual([request(2, 0)])
  })

  test('asks others for what was rejected, and for what is overdue, with time', () => {
    const { clock, meet, say, sent, tick } = fetching()
    meet(1, metadata.length)
    sent()
    say(1, { type: 'reject', piece: 0 })
    expect(sent()).toEqual([])
    meet(2, metadata.length)
    expect(sent()).toEqual([request(2, 0), request(2, 2)])
    clock.advance(20_000)
    meet(3, metadata.length)
    sent()
    tick()
    clock.advance(60_000)
    tick()
    expect(sent().length).toBeGreaterThan(0)
  })

  test('tells who gave wrong bytes alone, and fetches from others', async () => {
    const { give, meet, sent, told } = fetching()
    meet(1, metadata.length)
    const lie = metadata.map((byte) => byte ^ 1)
    for (const piece of [0, 1, 2]) give(1, piece, lie)
    expect(told).toEqual([{ type: 'metadata.corrupt', culprits: [1] }])
    sent()
    meet(2, metadata.length)
    expect(sent()).toEqual([request(2, 0), request(2, 1)])
  })

  test('tells who gave wrong bytes among others as soon as the right ones are known', async () => {
    const { give, meet, told, sent } = fetching()
    meet(1, metadata.length)
    meet(2, metadata.length)
    const lie = metadata.map((byte) => byte ^ 1)
    give(1, 0)
    give(1, 1)
    sent()
    give(2, 2, lie)
    expect(told).toEqual([])
    for (let round = 0; round < 4 && told.length === 0; round++) {
      for (const { peer, message } of sent()) {
        if (message?.type === 'request') give(peer, message.piece, peer === 2 ? lie : metadata)
      }
      await settled()
    }
    expect(told).toContainEqual({ type: 'metadata.corrupt', culprits: [2] })
  })

  test.each<[string, (on: ReturnType<typeof fetching>) => void]>([
    ['metadata_unrequested', ({ give }) => give(1, 2)],
    ['metadata_total_size', ({ say }) => say(1, { type: 'data', piece: 0, totalSize: 5, data: new Uint8Array(5) })],
    ['extension_malformed', ({ tell }) => tell({ type: 'extension.message', peer: 1, payload: new Uint8Array([1]) })],
  ])('closes who breaks a rule: %s', (code, misbehave) => {
    const one = fetching()
    one.meet(1, metadata.length)
    misbehave(one)
    expect(one.told).toEqual([{ type: 'extension.fault', peer: 1, code }])
  })

  test('hands the bytes over again when that failed, with the next tick', async () => {
    let count = 0
    const { give, meet, tick, told } = fetching(() =>
      count++ === 0 ? Promise.reject(new Error('full')) : Promise.resolve(ready),
    )
    meet(1, metadata.length)
    for (const piece of [0, 1, 2]) give(1, piece)
    await settled()
    expect(told).toEqual([{ type: 'metadata.failed', error: new Error('full') }])
    tick()
    await settled()
    tick()
    await settled()
    expect(told.at(-1)).toEqual(ready)
    expect(count).toBe(2)
  })

  describe('from a peer that takes no messages of it any more', () => {
    test('uses the answers that are under way', async () => {
      const { give, greet, meet, sent, told } = fetching()
      meet(1, metadata.length)
      expect(sent()).toEqual([request(1, 0), request(1, 1)])
      greet(1, metadata.length, 0)
      give(1, 0)
      give(1, 1)
      meet(2, metadata.length)
      expect(sent()).toEqual([request(2, 2)])
      give(2, 2)
      await settled()
      expect(told).toEqual([ready])
    })

    test('asks others for what it owes, and passes over it if it comes too', async () => {
      const { give, greet, meet, sent, told } = fetching()
      meet(1, metadata.length)
      sent()
      greet(1, metadata.length, 0)
      meet(2, metadata.length)
      expect(sent()).toEqual([request(2, 0), request(2, 1)])
      for (const piece of [0, 1, 2]) give(2, piece)
      for (const piece of [0, 1]) give(1, piece)
      await settled()
      expect(told).toEqual([ready])
    })

    test('closes who gives what it was not asked for', () => {
      const { give, greet, meet, told } = fetching()
      meet(1, metadata.length)
      greet(1, metadata.length, 0)
      give(1, 2)
      expect(told).toEqual([{ type: 'extension.fault', peer: 1, code: 'metadata_unrequested' }])
    })
  })
})
