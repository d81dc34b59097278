import { expect, test } from 'vitest'
import { Drive, openPeer } from '../drive.ts'

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

test('50 is out', () => {
  const peer = openPeer()
  const { sent, told } = peer.take({ type: 'torrent.adjust_reputation', delta: -50 })
  expect(peer.value).toMatchObject({ reputation: 'banned', handshake: 'closing' })
  expect(sent).toEqual([{ type: 'link.end' }])
  expect(told).toEqual([{ type: 'peer.closing', peer: 7, reason: { source: 'local', code: 'banned' } }])
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

test('who is banned while closing keeps the first reason, and takes the low reputation along', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.close', code: 'stopped' })
  expect(peer.take(corrupt, corrupt, corrupt).told).toEqual([])
  const { told } = peer.take({ type: 'transport.closed', end: { code: 'end' } })
  expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason: { source: 'local', code: 'stopped' }, reputation: 40 }])
})

test('an address remembered at 50 does not get as far as the dial being answered', () => {
  const peer = new Drive({ reputation: 50 })
  expect(peer.value).toMatchObject({ reputation: 'banned', handshake: 'closing' })
  expect(peer.context.closeReason).toEqual({ source: 'local', code: 'banned' })
})
