import { expect, test } from 'vitest'
import { idleCodes, idleSince } from '../../../../machines/torrent/core/idleness.ts'
import { aTorrent, downloading, meet } from '../a-torrent.ts'

const codesOf = ({ core }: ReturnType<typeof aTorrent>) => [...idleCodes(core).keys()]
const tick = (torrent: ReturnType<typeof aTorrent>, at: number) => torrent.hear({ type: 'timer.tick', at })

test('a torrent with no pieces and no peers lacks addresses, and has nothing to offer', () => {
  expect(codesOf(downloading())).toEqual(['nothing_to_offer', 'no_addresses'])
})

test('a magnet link first needs a connection: what keeps one away comes before the metadata', () => {
  const torrent = aTorrent({}, { isMagnet: true })
  torrent.actor.send({ type: 'torrent.start' })
  expect([...idleCodes(torrent.core)]).toEqual([
    ['no_addresses', 'no tracker is named; the DHT is off'],
    ['fetching_metadata', 'nobody connected offers it'],
  ])
})

test('where the only addresses there were are banned, the bans are why none is known, until they are lifted', () => {
  const torrent = downloading([1])
  const { record, report } = meet(torrent, 'liar', [0])
  const { blacklist } = torrent.core
  blacklist.add(record.link.address)
  report({ type: 'transport.closed', end: { code: 'end' } })
  const noMore = 'no tracker is named; the DHT is off'
  expect([...idleCodes(torrent.core)]).toEqual([['addresses_banned', `liar:6881; ${noMore}`]])
  const other = { host: 'other', port: 6881 }
  blacklist.add(other)
  torrent.actor.send({ type: 'torrent.add_peer', address: other })
  expect([...idleCodes(torrent.core)]).toEqual([['addresses_banned', `other:6881 and 1 more; ${noMore}`]])
  blacklist.clear()
  expect([...idleCodes(torrent.core)]).toEqual([['no_addresses', noMore]])
})

test('a piece that a peer has, and a connection, leave nothing to say', () => {
  const torrent = downloading([1])
  meet(torrent, 'a', [0])
  expect(codesOf(torrent)).toEqual([])
})

test('pieces are unavailable only when no peer has any of those missing', () => {
  const torrent = downloading([0])
  const { report } = meet(torrent, 'a', [0])
  expect(idleCodes(torrent.core).get('pieces_unavailable')).toBe('3 missing')
  report({ type: 'wire.have', index: 2 })
  expect(codesOf(torrent)).toEqual([])
})

test('a reader waits for a piece that no peer has, though others come', () => {
  const torrent = downloading([0])
  const { report } = meet(torrent, 'a', [1])
  torrent.actor.send({ type: 'torrent.read', reader: 1, first: 2, end: 4 })
  expect([...idleCodes(torrent.core)]).toEqual([['reader_waits', 'piece 2']])
  torrent.core.verifying.add(2)
  expect(codesOf(torrent)).toEqual([])
  torrent.core.verifying.delete(2)
  report({ type: 'wire.have', index: 2 })
  expect(codesOf(torrent)).toEqual([])
})

test('what is missing on a read-only store stays so, whatever peers have it', () => {
  const torrent = downloading([1], { readOnly: true })
  meet(torrent, 'a', [1])
  expect([...idleCodes(torrent.core)]).toEqual([['read_only', '3 missing']])
  expect(codesOf(downloading([0, 1, 2, 3], { readOnly: true }))).toContain('complete')
})

test('a condition counts from the tick that found it, for as long as it lasts', () => {
  const torrent = downloading()
  tick(torrent, 4_000)
  expect(idleSince(torrent.core, 'no_addresses')).toBe(0)
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'a', port: 6881 } })
  tick(torrent, 5_000)
  tick(torrent, 6_000)
  expect(idleSince(torrent.core, 'no_open_connection')).toBe(5_000)
  torrent.sockets[0]?.report({ type: 'transport.closed', end: { code: 'refused' } })
  tick(torrent, 6_500)
  expect(codesOf(torrent)).toContain('addresses_waiting')
  expect(idleSince(torrent.core, 'addresses_waiting')).toBe(6_500)
})

test('of a dial under way it says what became of the one before', () => {
  const torrent = downloading()
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'a', port: 6881 } })
  expect(idleCodes(torrent.core).get('no_open_connection')).toBe('1 under way')
  torrent.sockets[0]?.report({ type: 'transport.closed', end: { code: 'refused' } })
  tick(torrent, 2_000)
  expect(idleCodes(torrent.core).get('no_open_connection')).toBe('1 under way: a:6881 again, transport.refused')
})

test('what the torrent is in after a pause counts anew', () => {
  const torrent = downloading()
  tick(torrent, 4_000)
  torrent.actor.send({ type: 'torrent.pause', at: 9_000 })
  expect(torrent.core.enteredAt).toBe(9_000)
  torrent.clock.advance(20_000)
  torrent.actor.send({ type: 'torrent.resume' })
  expect(idleSince(torrent.core, 'no_addresses')).toBe(20_000)
})
