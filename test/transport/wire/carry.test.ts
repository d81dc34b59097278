import { describe, expect, it } from 'vitest'
import { Carry, spareBytesMax } from '../../../transport/wire/carry.ts'

const counting = Uint8Array.from({ length: 1000 }, (_, i) => i)

describe('Carry', () => {
  it('keeps appended bytes in order, whatever the portions', () => {
    const carry = new Carry()
    for (const [from, to] of [
      [0, 1],
      [1, 30],
      [30, 500],
      [500, 1000],
    ] as const)
      carry.append(counting, from, to, 1000)
    expect(carry.length).toBe(1000)
    expect(carry.take()).toEqual(counting)
    expect(carry.length).toBe(0)
    expect(carry.bytes.length).toBe(0)
  })

  it('grows to twice its size at most, and to bytesMax at most, in advance of the bytes', () => {
    const carry = new Carry()
    const sizes = new Set<number>()
    for (let i = 0; i < 700; i++) {
      carry.append(counting, i, i + 1, 700)
      expect(carry.bytes.length).toBeLessThanOrEqual(Math.min(700, 2 * carry.length))
      sizes.add(carry.bytes.length)
    }
    expect([...sizes]).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 700])
  })

  it('reuses a small buffer after a reset, and lets a large one go', () => {
    const carry = new Carry()
    carry.append(new Uint8Array(spareBytesMax), 0, spareBytesMax, spareBytesMax)
    const { bytes } = carry
    carry.reset()
    carry.append(counting, 0, 1000, 1000)
    expect(carry.bytes).toBe(bytes)
    carry.append(new Uint8Array(spareBytesMax), 0, spareBytesMax, 10 * spareBytesMax)
    carry.reset()
    expect(carry.bytes.length).toBe(0)
  })
})
