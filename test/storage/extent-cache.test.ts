import { expect, test } from 'vitest'
import { ExtentCache } from '../../storage/extent-cache.ts'

/** A cache whose loads end when told to. */
const manual = () => {
  const loads = new Map<number, { resolve: (extent: Uint8Array) => void; reject: (error: Error) => void }>()
  const cache = new ExtentCache((key) => new Promise((resolve, reject) => loads.set(key, { resolve, reject })))
  return { cache, loads }
}

test('runs 16 loads at once, and the next when one ends, well or not', async () => {
  const { cache, loads } = manual()
  const gets = Array.from({ length: 18 }, (_, key) => cache.get(key).catch((error: Error) => error.message))
  await Promise.resolve()
  expect([...loads.keys()]).toEqual(Array.from({ length: 16 }, (_, key) => key))
  loads.get(3)?.resolve(new Uint8Array(1))
  await gets[3]
  loads.get(5)?.reject(new Error('broken'))
  expect(await gets[5]).toBe('broken')
  expect(loads.has(17)).toBe(true)
  for (const { resolve } of loads.values()) resolve(new Uint8Array(1))
  await Promise.all(gets)
  expect(cache.bytes).toBe(17)
})

test('never holds more than 16 MiB, whatever the lengths', async () => {
  const cache = new ExtentCache(async (key) => new Uint8Array((key % 5) * 1_000_000))
  for (let key = 0; key < 40; key++) {
    await cache.get(key)
    expect(cache.bytes).toBeLessThanOrEqual(16 * 1024 * 1024)
  }
  const held = Array.from({ length: 40 }, (_, key) => cache.peek(key)?.length ?? 0)
  expect(held.reduce((sum, length) => sum + length)).toBe(cache.bytes)
})

test('settles when the loads under way have ended', async () => {
  const { cache, loads } = manual()
  const order: string[] = []
  const get = cache.get(1).catch(() => order.push('failed'))
  const settled = cache.settled().then(() => order.push('settled'))
  loads.get(1)?.reject(new Error('broken'))
  await Promise.all([get, settled])
  expect(order).toContain('settled')
  expect(order).toContain('failed')
})
