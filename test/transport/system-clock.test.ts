import { expect, test } from 'vitest'
import type { Clock } from '../../transport/clock.ts'
import { systemClock } from '../../transport/system-clock.ts'

test('a copy of the system clock with one method of its own is a clock too', async () => {
  const called: string[] = []
  const hasty: Clock = { ...systemClock, setTimeout: (run, ms) => systemClock.setTimeout(run, ms / 1_000) }
  const { clearTimeout, now } = hasty
  clearTimeout(hasty.setTimeout(() => called.push('cleared'), 0))
  await new Promise<void>((resolve) => hasty.setTimeout(resolve, 1_000))
  expect(called).toEqual([])
  expect(now()).toBeGreaterThan(0)
})
