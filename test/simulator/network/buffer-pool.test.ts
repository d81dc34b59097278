import { expect, test } from 'vitest'
import { BufferPool } from '../../../simulator/network/buffer-pool.ts'

test('memory that was given back is lent again, also for a little less or more of the same size class', () => {
  const pool = new BufferPool()
  const first = pool.lend(60_000)
  pool.giveBack(first)
  const second = pool.lend(50_000)
  expect(second.buffer).toBe(first.buffer)
  expect([first.length, second.length, second.byteOffset]).toEqual([60_000, 50_000, 0])
})

test('memory that is lent is nobody else’s', () => {
  const pool = new BufferPool()
  const lent = [pool.lend(10_000), pool.lend(10_000)]
  for (const one of lent) pool.giveBack(one)
  lent.push(pool.lend(10_000), pool.lend(10_000), pool.lend(10_000))
  expect(new Set(lent.slice(2).map(({ buffer }) => buffer)).size).toBe(3)
})

test('what is lent has the length that was asked for, however small', () => {
  const pool = new BufferPool()
  for (const byteCount of [1, 17, 4_095, 4_096, 4_097, 131_072]) {
    const lent = pool.lend(byteCount)
    expect(lent.length).toBe(byteCount)
    pool.giveBack(lent)
  }
})
