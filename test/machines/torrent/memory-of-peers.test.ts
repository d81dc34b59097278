import { describe, expect, test } from 'vitest'
import { reputationRules } from '../../../machines/peer/context.ts'
import { MemoryOfPeers } from '../../../machines/torrent/memory-of-peers.ts'

const here = { host: '10.0.0.1', port: 6881 }

describe('a peer that left', () => {
  test('is found by its number, for a verdict that comes late', () => {
    const memory = new MemoryOfPeers()
    memory.left(7, here, 100)
    expect(memory.addressOf(7)).toEqual(here)
    expect(memory.addressOf(8)).toBeUndefined()
  })

  test('comes back with the reputation it left with, good or bad', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, here, 80)
    expect(memory.reputationOf(here)).toBe(80)
    memory.left(2, here, 104)
    expect(memory.reputationOf({ ...here })).toBe(104)
    expect(memory.reputationOf({ ...here, port: 1 })).toBe(reputationRules.initial)
  })

  test('that leaves with the reputation it came with has the last word: an old bad name is not kept beside it', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, here, 80)
    memory.left(2, here, 100)
    expect(memory.reputationOf(here)).toBe(100)
  })

  test('is punished where it was, 20 at a time, down to the ban', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, here, 100)
    expect([memory.punish(here), memory.punish(here), memory.punish(here)]).toEqual([80, 60, 40])
    expect(memory.reputationOf(here)).toBe(40)
  })

  test('longest ago is forgotten first, beyond 2,000', () => {
    const memory = new MemoryOfPeers()
    const address = (i: number) => ({ host: `10.0.${i >> 8}.${i & 255}`, port: 1 })
    for (let i = 0; i <= 2_000; i++) memory.left(i, address(i), 80)
    expect([memory.addressOf(0), memory.reputationOf(address(0))]).toEqual([undefined, 100])
    expect([memory.addressOf(1), memory.reputationOf(address(1))]).toEqual([address(1), 80])
  })
})
