import { expect, test } from 'vitest'
import { hunt } from '../../mutants/hunt.ts'

test('a dropped action is noticed by the test that asks for what it does, and one with which the tests never end, too', async () => {
  const wanted = ['waiting after interval: action tellDue dropped', 'backing_off after backOff: dropped']
  const tried = await hunt('tracker', (names) => names.filter((name) => wanted.includes(name)), 1)
  expect(tried).toEqual([
    { name: wanted[0], test: expect.stringContaining('and from then on that we are still there, after each interval') },
    { name: wanted[1], test: 'the tests do not end' },
  ])
})
