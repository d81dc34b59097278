import { expect, test } from 'vitest'
import { reputationRules } from '../../../../machines/peer/vocabulary/reputation-rules.ts'
import { Drive, opening, openPeer } from '../drive.ts'

const verified = { type: 'torrent.verified', index: 0 } as const
const corrupt = { type: 'torrent.corrupt', index: 0 } as const

test('a peer starts at 100', () => {
  const peer = new Drive()
  expect(peer.context.reputation).toBe(100)
  expect(peer.value.reputation).toBe('trusted')
})

test('what is remembered of its address is where it starts', () => {
  expect(new Drive({ reputation: 61 }).context.reputation).toBe(61)
})

test('a verified piece is +1, without an upper cap', () => {
  const peer = openPeer()
  for (let i = 0; i < 50; i++) peer.take(verified)
  expect(peer.context.reputation).toBe(150)
})

test('a corrupt piece is −20', () => {
  const peer = openPeer()
  peer.take(corrupt)
  expect(peer.context.reputation).toBe(80)
  expect(peer.value).toMatchObject({ reputation: 'trusted', handshake: 'open' })
})

test('what the torrent judges by another rule costs what the rule says, and is kept as evidence', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.judge', rule: 'corrupt_metadata', index: 2 })
  peer.take({ type: 'torrent.judge', rule: 'corrupt_metadata' })
  const { change } = reputationRules.corrupt_metadata
  expect(peer.context.reputation).toBe(100 + 2 * change)
  expect(peer.context.evidence).toEqual([
    { rule: 'corrupt_metadata', change, piece: 2, peer: 7 },
    { rule: 'corrupt_metadata', change, peer: 7 },
  ])
})

test('50 is out', () => {
  const peer = openPeer()
  const { sent, told } = peer.take({ type: 'torrent.adjust_reputation', delta: -50 })
  expect(peer.value).toMatchObject({ reputation: 'banned', handshake: 'closing' })
  expect(sent).toEqual([{ type: 'link.end' }])
  expect(told).toEqual([
    { type: 'peer.reputation', peer: 7, reputation: 50, evidence: { rule: 'adjusted', change: -50, peer: 7 } },
    { type: 'peer.closing', peer: 7, reason: { source: 'local', code: 'banned' } },
  ])
})

test('51 is not', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.adjust_reputation', delta: -49 })
  expect(peer.value).toMatchObject({ reputation: 'trusted', handshake: 'open' })
})

test('the third corrupt piece bans a peer without merit', () => {
  const peer = openPeer()
  peer.take(corrupt, corrupt)
  expect(peer.value.reputation).toBe('trusted')
  peer.take(corrupt)
  expect(peer.context.reputation).toBe(40)
  expect(peer.value.reputation).toBe('banned')
})

test('banned is for good', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.adjust_reputation', delta: -60 }, { type: 'torrent.adjust_reputation', delta: 60 })
  expect(peer.value.reputation).toBe('banned')
  expect(peer.context.reputation).toBe(40)
})

test('a peer that is banned while closing keeps the first reason, and takes the low reputation along', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.close', code: 'stopped' })
  expect(peer.take(corrupt, corrupt, corrupt).told.map(({ type }) => type)).toEqual(Array(3).fill('peer.reputation'))
  const { told } = peer.take({ type: 'transport.closed', end: { code: 'end' } })
  expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason: { source: 'local', code: 'stopped' }, reputation: 40 }])
})

test('an address remembered at 50 does not get as far as the dial being answered', () => {
  const peer = new Drive({ reputation: 50 })
  expect(peer.value).toMatchObject({ reputation: 'banned', handshake: 'closing' })
  expect(peer.context.closeReason).toEqual({ source: 'local', code: 'banned' })
})

test('a broken rule that ends an open connection costs 10, and says which', () => {
  const peer = openPeer()
  const { told } = peer.take({ type: 'wire.have', index: 10 })
  const evidence = { rule: 'violation', change: -10, peer: 7, detail: 'have_out_of_range' }
  expect(told).toEqual([
    { type: 'peer.reputation', peer: 7, reputation: 90, evidence },
    { type: 'peer.closing', peer: 7, reason: { source: 'remote', code: 'have_out_of_range' } },
  ])
  expect(peer.context.evidence).toEqual([evidence])
})

test('it costs once, whatever else stood in the same read', () => {
  const peer = openPeer()
  peer.take({ type: 'wire.have', index: 10 }, { type: 'wire.have', index: 11 })
  expect(peer.context.reputation).toBe(90)
})

test('it costs nothing if its host has paid for it before; another one does', () => {
  const evidence = [{ rule: 'violation', change: -10, peer: 6, detail: 'have_out_of_range' }] as const
  const again = new Drive({ reputation: 60, evidence })
  again.take(...opening(), { type: 'wire.have', index: 10 })
  expect(again.context.closeReason).toMatchObject({ source: 'remote', code: 'have_out_of_range' })
  expect([again.context.reputation, again.value.reputation]).toEqual([60, 'trusted'])
  const another = new Drive({ reputation: 60, evidence })
  another.take(...opening(), { type: 'wire.request', requests: [{ index: 10, begin: 0, length: 16_384 }] })
  expect([another.context.reputation, another.value.reputation]).toEqual([50, 'banned'])
})

test('before messages flow nothing costs: what speaks there may be no peer at all', () => {
  const peer = new Drive()
  peer.take(
    { type: 'transport.opened' },
    { type: 'wire.violation', violation: { code: 'bad_protocol_string', detail: '' } },
  )
  expect(peer.context.reputation).toBe(100)
})

test('an end that is our own choice costs nothing', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.close', code: 'stopped' })
  expect(peer.context.reputation).toBe(100)
})

test('a corrupt piece keeps its blocks as evidence; an adjustment by 0 is none', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.corrupt', index: 3, blocks: [1] }, { type: 'torrent.adjust_reputation', delta: 0 })
  expect(peer.context.evidence).toEqual([{ rule: 'corrupt', change: -20, piece: 3, blocks: [1], peer: 7 }])
})
