import { describe, expect, test } from 'vitest'
import type { PeerEvent } from '../../../../machines/peer/events.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { layout, openPeer } from '../drive.ts'

const size = layout.pieceCount
const bitfield = (...indexes: number[]): PeerEvent => ({
  type: 'wire.bitfield',
  bits: indexes.reduce((set, index) => set.with(index), PieceSet.none(size)).toBits(),
})
const codeOf = (peer: ReturnType<typeof openPeer>) => peer.context.closeReason?.code

describe('the first message', () => {
  test('a bitfield says which pieces the peer has (BEP 3)', () => {
    const peer = openPeer()
    const { told } = peer.take(bitfield(0, 9))
    expect(peer.value.availability).toBe('partial')
    expect([...peer.context.pieces.indexes()]).toEqual([0, 9])
    expect(told).toEqual([{ type: 'peer.pieces', peer: 7, pieces: peer.context.pieces }])
  })

  test('a full bitfield makes a seeder', () => {
    const peer = openPeer({ features: { fast: false } })
    peer.take({ type: 'wire.bitfield', bits: PieceSet.all(size).toBits() })
    expect(peer.value.availability).toBe('complete')
  })

  test('have_all makes a seeder (BEP 6)', () => {
    const peer = openPeer()
    expect(peer.take({ type: 'wire.have_all' }).told).toMatchObject([{ type: 'peer.pieces' }])
    expect(peer.value.availability).toBe('complete')
    expect(peer.context.pieces.isAll).toBe(true)
  })

  test('have_none is an empty bitfield (BEP 6)', () => {
    const peer = openPeer()
    expect(peer.take({ type: 'wire.have_none' }).told).toMatchObject([{ type: 'peer.pieces' }])
    expect(peer.value.availability).toBe('partial')
    expect(peer.context.pieces.isNone).toBe(true)
  })

  test('a have without any of them: the peer began with nothing (libtorrent)', () => {
    const peer = openPeer()
    const { told } = peer.take({ type: 'wire.have', index: 2 })
    expect(told.map(({ type }) => type)).toEqual(['peer.pieces', 'peer.have'])
    expect([...peer.context.pieces.indexes()]).toEqual([2])
  })

  test.each(['wire.have_all', 'wire.have_none'] as const)(
    '%s without the Fast extension is a fault (BEP 6)',
    (type) => {
      const peer = openPeer({ features: { fast: false } })
      peer.take({ type })
      expect(codeOf(peer)).toBe('fast_not_negotiated')
      expect(peer.value.availability).toBe('awaiting_first')
    },
  )
})

describe('a bitfield that does not fit (BEP 3)', () => {
  test.each([
    ['one byte short', [0xff]],
    ['one byte long', [0, 0, 0]],
    ['a spare bit set', [0, 0b0010_0000]],
    ['the last spare bit set', [0, 1]],
  ])('%s', (_, bytes) => {
    const peer = openPeer()
    peer.take({ type: 'wire.bitfield', bits: Uint8Array.from(bytes) })
    expect(codeOf(peer)).toBe('bitfield_invalid')
    expect(peer.context.pieces.isNone).toBe(true)
  })

  test('the bit of the last piece is no spare bit', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.bitfield', bits: Uint8Array.of(0, 0b0100_0000) })
    expect([...peer.context.pieces.indexes()]).toEqual([9])
  })
})

describe('have (BEP 3)', () => {
  test('adds a piece', () => {
    const peer = openPeer()
    peer.take(bitfield(0))
    const { told } = peer.take({ type: 'wire.have', index: 1 })
    expect(told).toEqual([{ type: 'peer.have', peer: 7, index: 1, pieces: peer.context.pieces }])
    expect([...peer.context.pieces.indexes()]).toEqual([0, 1])
  })

  test('of a piece known already says nothing new', () => {
    const peer = openPeer()
    peer.take(bitfield(0))
    expect(peer.take({ type: 'wire.have', index: 0 }).told).toEqual([])
  })

  test('of the last missing piece makes a seeder', () => {
    const peer = openPeer()
    peer.take(bitfield(0, 1, 2, 3, 4, 5, 6, 7, 8))
    expect(peer.value.availability).toBe('partial')
    peer.take({ type: 'wire.have', index: 9 })
    expect(peer.value.availability).toBe('complete')
  })

  test('of a seeder says nothing new', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.have_all' })
    expect(peer.take({ type: 'wire.have', index: 9 }).told).toEqual([])
    expect(peer.value.handshake).toBe('open')
  })

  test.each([
    ['first', []],
    ['of a partial peer', [{ type: 'wire.have_none' }]],
    ['of a seeder', [{ type: 'wire.have_all' }]],
  ] as const)('of a piece the torrent lacks is a fault: %s', (_, before) => {
    const peer = openPeer()
    peer.take(...before, { type: 'wire.have', index: 10 })
    expect(codeOf(peer)).toBe('have_out_of_range')
  })
})

describe('only first, and only once (BEP 3, BEP 6)', () => {
  const late: PeerEvent[] = [bitfield(0), { type: 'wire.have_all' }, { type: 'wire.have_none' }]
  const earlier: PeerEvent[] = [...late, { type: 'wire.have', index: 0 }]
  const rows = earlier.flatMap((before) => late.map((after) => [after, before] as const))

  test.each(rows)('$0.type after $1.type', (after, before) => {
    const peer = openPeer()
    peer.take(before)
    const { pieces } = peer.context
    peer.take(after)
    expect(codeOf(peer)).toBe('bitfield_not_first')
    expect(peer.context.pieces).toBe(pieces)
  })
})
