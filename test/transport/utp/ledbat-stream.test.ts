import { expect, test } from 'vitest'
import { Pair, pour } from './linked-streams.ts'

test('a dialled stream connects, carries bytes both ways and ends on both sides, and nothing is left', () => {
  const pair = new Pair({ delayMs: 20 }).connect()
  const { dialler, acceptor } = pair
  pour(dialler, 300_000)
  pour(acceptor, 200_000)
  pair.until(() => acceptor.receivedBytes === 300_000 && dialler.receivedBytes === 200_000)
  expect([dialler.isRight, acceptor.isRight]).toEqual([true, true])
  dialler.stream.end()
  pair.settle()
  expect(dialler.ended?.code).toBe('destroyed')
  expect(acceptor.ended?.code).toBe('end')
  expect([dialler.life.stage, acceptor.life.stage]).toEqual(['closed', 'closed'])
  expect([dialler.isFree, acceptor.isFree, pair.clock.pending]).toEqual([true, true, 0])
})
