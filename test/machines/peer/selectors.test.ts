import { expect, test } from 'vitest'
import { explain } from '../../../machines/explain/explain.ts'
import * as selectors from '../../../machines/peer/selectors.ts'
import {
  answersTo,
  Drive,
  infoHash,
  layout,
  magnetPeer,
  openPeer,
  requestingPeer,
  servingPeer,
  someBlocks,
  tick,
} from './drive.ts'

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

test('upload-only is a seeder, and a peer that says that it downloads nothing (BEP 21)', () => {
  const peer = openPeer()
  expect(selectors.isUploadOnly(peer.snapshot)).toBe(false)
  peer.take({ type: 'wire.extended_handshake', handshake: { uploadOnly: true } })
  expect([selectors.isUploadOnly(peer.snapshot), selectors.isSeeder(peer.snapshot)]).toEqual([true, false])
  const seeder = openPeer()
  seeder.take({ type: 'wire.have_all' })
  expect(selectors.isUploadOnly(seeder.snapshot)).toBe(true)
})

test('the bitfield is all, none or bits, and each have is in it', () => {
  const peer = openPeer()
  const status = () => selectors.bitfieldStatus(peer.snapshot)
  expect(status()).toBe('none')
  peer.take({ type: 'wire.bitfield', bits: Uint8Array.of(0xff, 0) })
  expect(status()).toEqual(Uint8Array.of(0xff, 0))
  peer.take({ type: 'wire.have', index: 9 })
  expect(status()).toEqual(Uint8Array.of(0xff, 0x40))
  peer.take({ type: 'wire.have', index: 8 })
  expect(status()).toBe('all')
  peer.take({ type: 'torrent.note_dont_have', index: 0 })
  expect(status()).toEqual(Uint8Array.of(0x7f, 0xc0))
})

test('before the metadata a peer has nothing that could be told, and then what it said', () => {
  const peer = magnetPeer()
  peer.take({ type: 'wire.have_all' })
  expect([selectors.bitfieldStatus(peer.snapshot), selectors.isSeeder(peer.snapshot)]).toEqual(['none', false])
  peer.take({ type: 'torrent.learn', layout })
  expect([selectors.bitfieldStatus(peer.snapshot), selectors.isSeeder(peer.snapshot)]).toEqual(['all', true])
})

test('allowed fast are the pieces the peer lets us ask for while it chokes us (BEP 6)', () => {
  const peer = openPeer()
  peer.take({ type: 'wire.allowed_fast', index: 5 }, { type: 'wire.allowed_fast', index: 2 })
  expect(selectors.allowedFast(peer.snapshot)).toEqual([5, 2])
  expect([5, 4].map((index) => selectors.isAllowedFast(peer.snapshot, index))).toEqual([true, false])
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

test('congested is from a full socket, or a limit that holds back, until what waits is sent', () => {
  const peer = openPeer()
  for (const cause of [{}, { isLimited: true }] as const) {
    expect(selectors.isCongested(peer.snapshot)).toBe(false)
    peer.take({ type: 'transport.congested', ...cause })
    expect(selectors.isCongested(peer.snapshot)).toBe(true)
    peer.take({ type: 'transport.drained' })
  }
  expect(selectors.isCongested(peer.snapshot)).toBe(false)
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

test('only RC4 is encrypted: neither plaintext nor a negotiation that selected it', () => {
  expect(selectors.isEncrypted(openPeer().snapshot)).toBe(false)
  const through = (method: 'plaintext' | 'rc4') => {
    const peer = new Drive({ encryption: 'preferred' })
    peer.take({ type: 'transport.opened' }, { type: 'mse.synchronising' }, { type: 'mse.selecting' })
    peer.take({ type: 'mse.established', method, infoHash })
    return selectors.isEncrypted(peer.snapshot)
  }
  expect([through('plaintext'), through('rc4')]).toEqual([false, true])
})

test('flags tell PEX the truth: encryption, seed, holepunch, reachable (BEP 11)', () => {
  const dialled = openPeer()
  expect(selectors.flags(dialled.snapshot)).toBe(0x10)
  dialled.take({ type: 'wire.have_all' })
  expect(selectors.flags(dialled.snapshot)).toBe(0x12)
  dialled.take({ type: 'wire.extended_handshake', handshake: { m: { ut_holepunch: 4 }, prefersEncryption: true } })
  expect(selectors.flags(dialled.snapshot)).toBe(0x1b)
  dialled.take({ type: 'wire.extended_handshake', handshake: { m: { ut_holepunch: 0 }, prefersEncryption: false } })
  expect(selectors.flags(dialled.snapshot)).toBe(0x12)
  expect(selectors.flags(new Drive().snapshot)).toBe(0)
})

test('PEX is told of uTP where a connection by it is open (BEP 11)', () => {
  const peer = new Drive()
  peer.take({ type: 'transport.opened', kind: 'utp' })
  expect(selectors.flags(peer.snapshot)).toBe(0)
  const { snapshot } = openPeer()
  const link = { ...snapshot.context.link, kind: 'utp' }
  expect(selectors.flags({ ...snapshot, context: { ...snapshot.context, link } })).toBe(0x14)
})

test('to PEX a peer that is upload-only is as good as a seed (BEP 11)', () => {
  const dialled = openPeer()
  dialled.take({ type: 'wire.extended_handshake', handshake: { uploadOnly: true } })
  expect(selectors.flags(dialled.snapshot)).toBe(0x12)
})

test('nothing but the states is told from a context that went through JSON, whole or in one of its facts', () => {
  const { snapshot } = openPeer()
  const { pieces, rateDown, rateUp }: Record<string, never> = JSON.parse(JSON.stringify(snapshot.context))
  const gone = 'a peer cannot be asked by what went through JSON: take the snapshot of its actor'
  const { isAllowedFast, ...ofSnapshot } = selectors
  for (const facts of [JSON.parse(JSON.stringify(snapshot.context)), { pieces }, { rateDown }, { rateUp }]) {
    const view = { ...snapshot, context: { ...(facts.peer === undefined && snapshot.context), ...facts } }
    const told = Object.entries(ofSnapshot).filter(([, ask]) => {
      try {
        expect(ask(view)).toEqual(ask(snapshot))
        return true
      } catch (error) {
        expect(error).toEqual(new TypeError(gone))
        return false
      }
    })
    expect(told.map(([name]) => name).sort()).toEqual(ofStates)
    expect(() => isAllowedFast(view, 0)).toThrow(TypeError(gone))
    expect(() => explain(view)).toThrow(TypeError(gone))
  }
})

const ofStates = [
  'amChoking',
  'amInterested',
  'isClosed',
  'isCongested',
  'isEncrypted',
  'isOpen',
  'isSnubbed',
  'peerChoking',
  'peerInterested',
]
