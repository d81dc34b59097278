import { expect, test } from 'vitest'
import { Pace } from '../../../../machines/torrent/connections/batching.ts'

test('a batch is spent after so many, and whole again when its timer has fired', () => {
  const pace = new Pace(2)
  pace.spend()
  expect(pace.isSpent).toBe(false)
  pace.spend()
  expect(pace.isSpent).toBe(true)
  pace.refill()
  expect(pace.isSpent).toBe(false)
})

test('what costs as much as several may cost more than is left', () => {
  const pace = new Pace(2)
  pace.spend(3)
  expect(pace.isSpent).toBe(true)
  expect(pace.rest()).toBe(true)
  pace.refill()
  expect(pace.isSpent).toBe(false)
})

test('the timer is started once, and only when something was done', () => {
  const pace = new Pace(2)
  expect(pace.rest()).toBe(false)
  pace.spend()
  expect([pace.rest(), pace.rest()]).toEqual([true, false])
  pace.refill()
  expect(pace.rest()).toBe(false)
})
