import { describe, expect, test } from 'vitest'
import { groupSize } from '../../../machines/torrent/peer-group.ts'
import { Swarm } from '../../../machines/torrent/swarm.ts'

const link = { address: { host: '10.0.0.1', port: 1 }, direction: 'out', kind: 'memory' } as const

describe('the places of peers', () => {
  test('are numbers that are never used again, in slots that are', () => {
    const swarm = new Swarm()
    const first = swarm.add(link).record
    swarm.remove(first)
    const second = swarm.add(link).record
    expect([first.peer, second.peer]).toEqual([0, 1])
    expect([second.group, second.slot]).toEqual([first.group, first.slot])
  })

  test('are in a new group when the others are full, and in the gaps before', () => {
    const swarm = new Swarm()
    const added = Array.from({ length: groupSize + 1 }, () => swarm.add(link))
    expect(added.map(({ opensGroup }) => opensGroup)).toEqual([true, ...Array(groupSize - 1).fill(false), true])
    expect(new Set(added.map(({ record }) => `${record.group}/${record.slot}`)).size).toBe(groupSize + 1)
    const gone = added[3]?.record
    if (gone) swarm.remove(gone)
    expect(swarm.add(link)).toMatchObject({ record: { group: 0, slot: 3 }, opensGroup: false })
  })
})

test('open connections are counted, others are not', () => {
  const swarm = new Swarm()
  const [a, b, c] = [swarm.add(link).record, swarm.add(link).record, swarm.add(link).record]
  a.state = 'open'
  b.state = 'closing'
  expect([swarm.openCount, c.state]).toEqual([1, 'connecting'])
})

test('a twin is another connection to the same peer id that is not closing', () => {
  const swarm = new Swarm()
  const [a, b] = [swarm.add(link).record, swarm.add(link).record]
  a.peerId = b.peerId = 'aa'
  expect(swarm.twinOf(a)).toBe(b)
  b.state = 'closing'
  expect(swarm.twinOf(a)).toBeUndefined()
  expect(swarm.twinOf(b)).toBe(a)
  a.peerId = 'bb'
  expect(swarm.twinOf(b)).toBeUndefined()
})

test('a peer is found by its address while it is not closing', () => {
  const swarm = new Swarm()
  const { record } = swarm.add(link)
  expect(swarm.at({ ...link.address })).toBe(record)
  expect(swarm.at({ ...link.address, port: 2 })).toBeUndefined()
  record.state = 'closing'
  expect(swarm.at(link.address)).toBeUndefined()
})

test('an address is known while its peer is there', () => {
  const swarm = new Swarm()
  const { record } = swarm.add(link)
  expect(swarm.addressOf(record.peer)).toEqual(link.address)
  swarm.remove(record)
  expect(swarm.addressOf(record.peer)).toBeUndefined()
})
