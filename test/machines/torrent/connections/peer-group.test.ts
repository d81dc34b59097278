import { expect, test } from 'vitest'
import { groupSize } from '../../../../machines/torrent/connections/peer-group.ts'
import { downloading, meet } from '../a-torrent.ts'

const childrenOf = ({ actor }: ReturnType<typeof downloading>) =>
  Object.entries(actor.getSnapshot().children).flatMap(([id, group]) => {
    const snapshot = group?.getSnapshot()
    return id.startsWith('group.') && snapshot && 'children' in snapshot ? [Object.keys(snapshot.children).length] : []
  })

test('groups hold so many peers each, and open one after another', () => {
  const torrent = downloading([], { maxPeers: 200 })
  for (let i = 0; i < 2 * groupSize + 1; i++) meet(torrent, `peer ${i}`, [0])
  expect(childrenOf(torrent)).toEqual([groupSize, groupSize, 1])
})

test('a peer that ended is stopped, and its place taken by the next', () => {
  const torrent = downloading()
  const first = meet(torrent, 'b', [0])
  meet(torrent, 'c', [0])
  first.report({ type: 'transport.closed', end: { code: 'end' } })
  expect(childrenOf(torrent)).toEqual([1])
  expect(first.record.ref?.getSnapshot().status).toBe('stopped')
  const next = meet(torrent, 'd', [0])
  expect(next.record.home).toEqual(first.record.home)
  expect(childrenOf(torrent)).toEqual([2])
})

test('a peer whose own code throws ends alone: told, forgotten, its blocks free', () => {
  const torrent = downloading()
  const crashed: string[] = []
  torrent.actor.on('crashed', ({ address }) => crashed.push(address.host))
  const broken = meet(torrent, 'broken', [0])
  const other = meet(torrent, 'other', [0])
  broken.report({ type: 'wire.unchoke' })
  // No reader ever gives such a batch.
  broken.report(JSON.parse('{ "type": "wire.piece", "blocks": [null], "at": 0 }'))
  expect(crashed).toEqual(['broken'])
  expect([...torrent.core.swarm.peers.values()]).toEqual([other.record])
  expect(torrent.core.picker.availability(0)).toBe(1)
  expect(torrent.actor.getSnapshot().status).toBe('active')
})
