import { describe, expect, test } from 'vitest'
import { ConnectionLimit } from '../../../../machines/torrent/connections/connection-limit.ts'
import { downloading, meet, sent } from '../a-torrent.ts'

test('for another torrent the least useful connection ends, at once, and may be dialled again', () => {
  const connections = new ConnectionLimit(3)
  const torrent = downloading([], { connections })
  const peers = ['a', 'b', 'c'].map((host) => meet(torrent, host, [0]))
  peers[2]?.report({ type: 'wire.unchoke' })
  const request = torrent.core.picker.requestsOf(peers[2]?.record.peer ?? -1)[0]
  if (!request) throw new Error('nothing was asked for')
  const { index, begin, length } = request
  peers[2]?.report({ type: 'wire.piece', blocks: [{ index, begin, data: new Uint8Array(length) }], at: 0 })
  const other = connections.join()
  expect(other.hasRoom(0)).toBe(false)
  other.send({ type: 'place.want', at: 0 })
  torrent.hear({ type: 'timer.tick', at: 0 })
  expect(peers.map(({ told }) => sent(told, 'link.destroy').length)).toEqual([0, 1, 0])
  expect(peers[1]?.record.ref?.getSnapshot().context.closeReason).toEqual({ source: 'local', code: 'gave_way' })
  peers[1]?.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect(torrent.core.addresses.waiting).toBe(1)
})

test('nothing ends while no other torrent is short of places', () => {
  const torrent = downloading([], { connections: new ConnectionLimit(1) })
  const { told } = meet(torrent, 'a', [0])
  torrent.hear({ type: 'timer.tick', at: 0 })
  expect(sent(told, 'link.end')).toEqual([])
})

/** So many seconds pass, for the torrent and its peers. */
function pass(torrent: ReturnType<typeof downloading>, seconds: number, from = 0): void {
  for (let second = from + 1; second <= from + seconds; second++) {
    torrent.hear({ type: 'timer.tick', at: second * 1_000 })
    for (const { report } of torrent.sockets) {
      report({ type: 'timer.tick', at: second * 1_000, silentInMs: 0, silentOutMs: 0 })
    }
    torrent.clock.advance(1_000)
  }
}

const reasonOf = ({ record }: ReturnType<typeof meet>) => record.ref?.getSnapshot().context.closeReason

describe('when all places are taken', () => {
  test('an idle connection gives way to one that we dial', () => {
    const torrent = downloading([], { maxPeers: 2 })
    const [idle, useful] = [meet(torrent, 'idle', []), meet(torrent, 'useful', [0])]
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'newcomer', port: 6881 } })
    pass(torrent, 1)
    expect(torrent.sockets).toHaveLength(2)
    pass(torrent, 3, 1)
    const newcomer = torrent.sockets[2]
    newcomer?.report({ type: 'transport.opened' })
    newcomer?.report({
      type: 'wire.info_hash',
      infoHash: 'ab'.repeat(20),
      features: { extended: false, fast: true, dht: false },
    })
    newcomer?.report({ type: 'wire.peer_id', peerId: 'ee'.repeat(20) })
    pass(torrent, 1, 4)
    expect(reasonOf(idle)).toBeUndefined()
    newcomer?.report({ type: 'wire.have_all' })
    pass(torrent, 1, 5)
    expect([idle, useful].map(reasonOf)).toEqual([{ source: 'local', code: 'gave_way' }, undefined])
    expect(torrent.core.swarm.placed()).toBe(3)
    idle.report({ type: 'transport.closed', end: { code: 'destroyed' } })
    pass(torrent, 5, 6)
    expect(torrent.core.swarm.placed()).toBe(2)
    expect(sent(newcomer?.told ?? [], 'link.destroy')).toEqual([])
  })

  test('no other is dialled while all are of use', () => {
    const torrent = downloading([], { maxPeers: 2 })
    for (const host of ['a', 'b']) meet(torrent, host, [0])
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'newcomer', port: 6881 } })
    pass(torrent, 60)
    expect(torrent.sockets).toHaveLength(2)
  })

  test('a peer that still fetches the metadata from us is no idle connection', () => {
    const torrent = downloading([0], { maxPeers: 1 })
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'fetching', port: 6881 } })
    const [fetching] = torrent.sockets
    if (!fetching) throw new Error('it was not dialled')
    fetching.report({ type: 'transport.opened' })
    fetching.report({
      type: 'wire.info_hash',
      infoHash: 'ab'.repeat(20),
      features: { extended: true, fast: true, dht: false },
    })
    fetching.report({ type: 'wire.peer_id', peerId: 'ee'.repeat(20) })
    fetching.report({ type: 'wire.extended_handshake', handshake: { m: { ut_metadata: 1 } } })
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'newcomer', port: 6881 } })
    pass(torrent, 20)
    expect(torrent.sockets).toHaveLength(1)
    pass(torrent, 20, 20)
    expect(torrent.sockets).toHaveLength(2)
  })
})
