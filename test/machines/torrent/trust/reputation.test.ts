import { expect, test } from 'vitest'
import { Blacklist } from '../../../../machines/torrent/trust/blacklist.ts'
import { downloading, meet } from '../a-torrent.ts'

test('what a peer wins and loses is emitted with its rule, and kept beyond the connection', () => {
  const torrent = downloading([1, 2, 3])
  const peer = meet(torrent, 'peer', [0])
  const events: unknown[] = []
  torrent.actor.on('reputation', (event) => events.push(event))
  peer.report({ type: 'wire.violation', violation: { code: 'bad_length', detail: '' } })
  const grounds = { rule: 'violation', change: -10, detail: 'bad_length' }
  const address = { host: 'peer', port: 6881 }
  expect(events).toEqual([{ type: 'reputation', address, reputation: 90, ...grounds }])
  peer.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  torrent.hear({ type: 'timer.tick', at: 600_000 })
  const back = [...torrent.core.swarm.peers.values()].at(-1)?.ref?.getSnapshot().context
  expect([back?.peer, back?.reputation, back?.evidence]).toEqual([1, 90, [{ ...grounds, peer: 0 }]])
})

test('a peer that is put on the blacklist is closed, and no other', () => {
  const blacklist = new Blacklist()
  const torrent = downloading([1], { blacklist })
  const [liar, honest] = [meet(torrent, 'liar', [0]), meet(torrent, 'honest', [0])]
  blacklist.add({ host: 'liar', port: 1 })
  torrent.hear({ type: 'blacklist.added' })
  expect(liar.record.ref?.getSnapshot().context.closeReason).toEqual({ source: 'local', code: 'blacklisted' })
  expect(honest.record.isMember).toBe(true)
})

test('a peer that is taken off the blacklist comes back as a newcomer', () => {
  const torrent = downloading([1, 2, 3])
  const liar = meet(torrent, 'liar', [0])
  liar.record.ref?.send({ type: 'torrent.adjust_reputation', delta: -60 })
  liar.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect(torrent.core.blacklist.entries).toMatchObject([{ key: 'liar', reason: '1 × adjusted' }])
  torrent.core.blacklist.clear()
  const back = meet(torrent, 'liar', [0])
  expect(back.record.ref?.getSnapshot().context).toMatchObject({ reputation: 100, evidence: [] })
  expect(back.record.isMember).toBe(true)
})
