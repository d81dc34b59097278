import { expect, test } from 'vitest'
import { createActor, createMachine } from 'xstate'
import { shortSnapshot } from '../../../inspector/stately/short-snapshot.ts'
import { PieceSet } from '../../../machines/piece-set.ts'

const snapshotWith = (context: Record<string, unknown>) =>
  createActor(createMachine({ initial: 'on', context, states: { on: { tags: 'bright' } } }))
    .start()
    .getSnapshot()

test('a snapshot in short has the state, and a context of numbers and short texts', () => {
  const evidence = Array.from({ length: 40 }, (_, piece) => ({ rule: 'verified', piece }))
  const short = shortSnapshot(
    snapshotWith({
      peer: 3,
      isOpen: true,
      none: undefined,
      bits: new Uint8Array(16_384),
      pieces: PieceSet.all(9),
      link: { host: '192.0.2.1', port: 1 },
      list: [4, 5],
      words: 'x'.repeat(10_000),
      empty: [],
      waits: new Set([1]),
      evidence,
      run() {},
    }),
  )
  expect(short).toMatchObject({
    status: 'active',
    value: 'on',
    tags: ['bright'],
    context: {
      peer: 3,
      isOpen: true,
      bits: '16,384 bytes',
      pieces: '9 of 9 pieces',
      link: 'host 192.0.2.1, port 1',
      list: '4 5',
      empty: '',
      waits: '1',
      evidence: '40 entries: … rule verified, piece 37; rule verified, piece 38; rule verified, piece 39',
    },
  })
  expect(JSON.stringify(short).length).toBeLessThan(1_500)
})

test('a snapshot in short shows no more than 100 fields', () => {
  const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`field${i}`, i]))
  expect(Object.keys(Reflect.get(shortSnapshot(snapshotWith(wide)), 'context'))).toHaveLength(100)
})
