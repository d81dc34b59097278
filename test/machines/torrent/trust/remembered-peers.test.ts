import { describe, expect, test } from 'vitest'
import { reputationBounds } from '../../../../machines/peer/vocabulary/reputation-rules.ts'
import { MemoryOfPeers } from '../../../../machines/torrent/trust/remembered-peers.ts'

const here = { host: '10.0.0.1', port: 6881 }
/** A peer that left an address. */
const gone = (address = here) => ({ address, peerId: '2d'.repeat(20), nextPeer: 9 })
const corrupt = { rule: 'corrupt', change: -20, peer: 1, piece: 0 } as const

test('a bad name is kept from one memory to the next, however many others have evidence alone', () => {
  const memory = new MemoryOfPeers()
  memory.judge(here, corrupt)
  for (let i = 0; i < 1_999; i++) memory.note({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 }, corrupt)
  memory.note({ host: '10.2.0.1', port: 1 }, corrupt)
  expect(MemoryOfPeers.of(memory.known([])).reputationOf(here)).toBe(80)
})

describe('a peer that left', () => {
  test('is found by its number, for a verdict that comes late', () => {
    const memory = new MemoryOfPeers()
    memory.left(7, gone(), 0)
    expect(memory.departed(7)).toEqual(gone())
    expect(memory.departed(8)).toBeUndefined()
  })

  test('comes back with the reputation it left with, good or bad', () => {
    const memory = new MemoryOfPeers()
    expect(memory.left(1, gone(), -20)).toBe(80)
    expect(memory.reputationOf(here)).toBe(80)
    expect(memory.left(2, gone(), 24)).toBe(104)
    expect(memory.reputationOf(here)).toBe(104)
    expect(memory.reputationOf({ host: '10.0.0.2', port: 6881 })).toBe(reputationBounds.initial)
  })

  test('does not wash its name with another port, nor with another spelling', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, gone({ host: '2001:DB8::1', port: 50_000 }), -40)
    expect(memory.reputationOf({ host: '2001:db8:0::1', port: 50_001 })).toBe(60)
  })

  test('on loopback is known by its port: its neighbours keep their names', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, gone({ host: '127.0.0.1', port: 1 }), -40)
    expect(memory.reputationOf({ host: '127.0.0.1', port: 1 })).toBe(60)
    expect(memory.reputationOf({ host: '127.0.0.1', port: 2 })).toBe(100)
  })

  test('adds to what its host was judged for meanwhile, and does not overwrite it', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, gone(), 0)
    memory.judge(here, corrupt)
    expect(memory.left(2, gone(), 1)).toBe(81)
    expect(memory.left(3, gone(), 0)).toBe(81)
  })

  test('is judged where it was, 20 at a time, down to the ban', () => {
    const memory = new MemoryOfPeers()
    memory.left(1, gone(), 0)
    expect([memory.judge(here, corrupt), memory.judge(here, corrupt), memory.judge(here, corrupt)]).toEqual([
      80, 60, 40,
    ])
    expect(memory.reputationOf(here)).toBe(40)
    expect(memory.evidenceOf({ ...here, port: 1 })).toEqual([corrupt, corrupt, corrupt])
  })

  test('is known for what it did while it was here, which changes its reputation when it leaves', () => {
    const memory = new MemoryOfPeers()
    memory.note(here, corrupt)
    expect([memory.evidenceOf(here), memory.reputationOf(here)]).toEqual([[corrupt], 100])
    memory.left(1, gone(), -20)
    expect([memory.evidenceOf(here), memory.reputationOf(here)]).toEqual([[corrupt], 80])
  })

  test('is a newcomer when it is pardoned', () => {
    const memory = new MemoryOfPeers()
    memory.judge(here, corrupt)
    memory.pardon(here)
    expect([memory.evidenceOf(here), memory.reputationOf(here)]).toEqual([[], 100])
  })

  test('longest ago is forgotten first, beyond 2,000', () => {
    const memory = new MemoryOfPeers()
    const address = (i: number) => ({ host: `10.0.${i >> 8}.${i & 255}`, port: 1 })
    for (let i = 0; i <= 2_000; i++) memory.left(i, gone(address(i)), -20)
    expect([memory.departed(0), memory.reputationOf(address(0))]).toEqual([undefined, 100])
    expect([memory.departed(1), memory.reputationOf(address(1))]).toEqual([gone(address(1)), 80])
  })

  test('is known to another memory as to this one; of those that are connected as it stands', () => {
    const memory = new MemoryOfPeers()
    const there = { host: '10.0.0.77', port: 1 }
    memory.judge(here, corrupt)
    const other = MemoryOfPeers.of(memory.known([{ address: there, change: -5 }]))
    expect([other.reputationOf(here), other.evidenceOf(here)]).toEqual([80, [corrupt]])
    expect([other.reputationOf(there), other.evidenceOf(there)]).toEqual([95, []])
    expect([memory.reputationOf(there), MemoryOfPeers.of([]).known([])]).toEqual([100, []])
  })
})
