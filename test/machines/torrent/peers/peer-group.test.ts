import { describe, expect, test } from 'vitest'
import { type AnyEventObject, createActor, fromCallback, initialTransition } from 'xstate'
import { groupSize, peerGroupMachine } from '../../../../machines/torrent/peers/peer-group.ts'
import { ourPeerId } from '../../peer/drive.ts'
import { plainActionsOf, step, textOf, walk } from '../../walk.ts'
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

describe('a transition of a group that is computed, and not executed,', () => {
  const heard: AnyEventObject[] = []
  const owner = createActor(fromCallback(({ receive }) => receive((event) => void heard.push(event))))
  owner.start()
  const spawn = (slot: string, peer: number) => ({
    type: 'group.spawn',
    slot,
    input: {
      peer,
      link: { address: { host: 'a', port: 1 }, direction: 'in', kind: 'memory' },
      at: 0,
      peerId: ourPeerId,
    },
  })
  const events = [
    spawn('0', 7),
    spawn('1', 8),
    { type: 'group.stop', slot: '0' },
    { type: 'group.stop', slot: '1' },
    { type: 'xstate.error.actor.0', actorId: '0', error: new Error('a defect') },
    { type: 'xstate.error.actor.1', actorId: '1', error: new Error('a defect') },
  ]
  const computed = walk(peerGroupMachine, {
    from: [initialTransition(peerGroupMachine, { owner })[0]],
    events,
    traitsOf: ({ children, context }) => [JSON.stringify([Object.keys(children), context.numbers])],
  })

  test('is the same when it is computed again, and changes neither the snapshot nor any peer', () => {
    const held = computed.map(({ view }) => Object.keys(view.children).join())
    expect(new Set(held)).toEqual(new Set(['', '0', '1', '0,1']))
    for (const { view, before, followed } of computed) {
      expect(events.map((event) => textOf(step(peerGroupMachine, view, event)))).toEqual(followed)
      expect(textOf([view, []])).toBe(before)
    }
    expect(heard).toEqual([])
  })

  test('leaves nothing to be executed but what XState does itself: no action is a plain function', () => {
    expect(plainActionsOf(peerGroupMachine)).toEqual([])
  })

  test('keeps plain data, but for its owner', () => {
    for (const { view } of computed) expect(structuredClone(view.context.numbers)).toStrictEqual(view.context.numbers)
  })
})
