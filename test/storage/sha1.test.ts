import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sha1, sliceBytes } from '../../storage/sha1.ts'

test.each([0, 1, sliceBytes - 1, sliceBytes, sliceBytes + 1, 3 * sliceBytes + 5])(
  'of %i bytes it is what Node has for all at once',
  async (length) => {
    const data = Uint8Array.from({ length }, (_, i) => (i * 31) % 251)
    expect(Buffer.from(await sha1(data)).toString('hex')).toBe(createHash('sha1').update(data).digest('hex'))
  },
)

test('a view of a part of a buffer is hashed alone', async () => {
  const whole = Uint8Array.from({ length: 300 }, (_, i) => i % 256)
  expect(await sha1(whole.subarray(100, 200))).toEqual(await sha1(whole.slice(100, 200)))
})

test('other work has its turn after each slice', async () => {
  let turns = 0
  let isDone = false
  const hashed = sha1(new Uint8Array(5 * sliceBytes)).then(() => {
    isDone = true
  })
  while (!isDone) {
    await setImmediate()
    turns++
  }
  await hashed
  expect(turns).toBeGreaterThanOrEqual(4)
})
