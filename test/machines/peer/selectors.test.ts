import { expect, test } from 'vitest'
import * as selectors from '../../../machines/peer/selectors.ts'
import { answersTo, Drive, openPeer, requestingPeer, servingPeer, someBlocks, tick } from './drive.ts'

const { amChoking, amInterested, peerChoking, peerInterested } = selectors
const flagsOf = ({ snapshot }: Drive) =>
  [amChoking, amInterested, peerChoking, peerInterested].map((ask) => ask(snapshot))

test('the four flags of BEP 3, each on its own', () => {
  const peer = openPeer()
  expect(flagsOf(peer)).toEqual([true, false, true, false])
  peer.take({ type: 'torrent.unchoke' })
  expect(flagsOf(peer)).toEqual([false, false, true, false])
  peer.take({ type: 'torrent.interested' })
  expect(flagsOf(peer)).toEqual([false, true, true, false])
  peer.take({ type: 'wire.unchoke' })
  expect(flagsOf(peer)).toEqual([false, true, false, false])
  peer.take({ type: 'wire.interested' })
  expect(flagsOf(peer)).toEqual([false, true, false, true])
})

test('open is neither before the handshake nor from the end on', () => {
  const peer = new Drive()
  const states = () => [selectors.isOpen(peer.snapshot), selectors.isClosed(peer.snapshot)]
  expect(states()).toEqual([false, false])
  const open = openPeer()
  expect([selectors.isOpen(open.snapshot), selectors.isClosed(open.snapshot)]).toEqual([true, false])
  peer.take({ type: 'torrent.close', code: 'requested' })
  expect(states()).toEqual([false, true])
  peer.take({ type: 'transport.closed', end: { code: 'end' } })
  expect(states()).toEqual([false, true])
})

test('a seeder has every piece, however that became known', () => {
  const peer = openPeer()
  expect(selectors.isSeeder(peer.snapshot)).toBe(false)
  peer.take({ type: 'wire.bitfield', bits: Uint8Array.of(0xff, 0x80) })
  expect(selectors.isSeeder(peer.snapshot)).toBe(false)
  peer.take({ type: 'wire.have', index: 9 })
  expect(selectors.isSeeder(peer.snapshot)).toBe(true)
})

test('blocks inflight are counted from the requests, and none are after the end', () => {
  const peer = requestingPeer(someBlocks(3))
  expect(selectors.blocksInflight(peer.snapshot)).toBe(3)
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 0 })
  expect(selectors.blocksInflight(peer.snapshot)).toBe(2)
  peer.take({ type: 'torrent.close', code: 'requested' })
  expect(selectors.blocksInflight(peer.snapshot)).toBe(0)
})

test('snubbed, rates, reputation and the reason of the end', () => {
  const peer = requestingPeer(someBlocks(3))
  expect(selectors.isSnubbed(peer.snapshot)).toBe(false)
  peer.take(tick(20_000))
  expect(selectors.isSnubbed(peer.snapshot)).toBe(true)
  expect(selectors.reputation(peer.snapshot)).toBe(100)
  expect(selectors.closeReason(peer.snapshot)).toBeUndefined()
  peer.take({ type: 'torrent.close', code: 'requested' })
  expect(selectors.closeReason(peer.snapshot)).toEqual({ source: 'local', code: 'requested' })
})

test('rates count payload each way', () => {
  const peer = servingPeer()
  peer.take(
    { type: 'wire.request', requests: someBlocks(2) },
    { type: 'torrent.piece', blocks: answersTo(someBlocks(2)) },
  )
  peer.take(tick(2000))
  expect(selectors.rateUp(peer.snapshot)).toBe(16_384)
  expect(selectors.rateDown(peer.snapshot)).toBe(0)
})

test('plaintext is not encrypted', () => {
  expect(selectors.isEncrypted(openPeer().snapshot)).toBe(false)
})
