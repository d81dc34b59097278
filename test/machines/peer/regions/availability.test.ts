import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { frameLimit } from '../../../../transport/wire/frame-limit.ts'
import { Drive, incoming, layout, magnetPeer, opening, openPeer, requestingPeer, tick } from '../drive.ts'

const size = layout.pieceCount
const bitfield = (...indexes: number[]): PeerEvent => ({
  type: 'wire.bitfield',
  bits: indexes.reduce((set, index) => set.with(index), PieceSet.none(size)).toBits(),
})
const codeOf = (peer: ReturnType<typeof openPeer>) => peer.context.closeReason?.code

describe('its first word', () => {
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

describe('its later word takes the place of the earlier (aria2 says a bitfield in place of many haves)', () => {
  const words: readonly (readonly [said: PeerEvent, availability: string, pieces: readonly number[]])[] = [
    [bitfield(0), 'partial', [0]],
    [{ type: 'wire.bitfield', bits: PieceSet.all(size).toBits() }, 'complete', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [{ type: 'wire.have_all' }, 'complete', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [{ type: 'wire.have_none' }, 'partial', []],
  ]
  const earlier: PeerEvent[] = [...words.map(([said]) => said), { type: 'wire.have', index: 5 }]
  const rows = earlier.flatMap((before) => words.map(([after, ...then]) => [after, before, ...then] as const))

  test.each(rows)('$0.type after $1.type: $2 with $3', (after, before, availability, pieces) => {
    const peer = openPeer()
    peer.take(before)
    const { pieces: old } = peer.context
    const { told } = peer.take(after)
    expect(peer.value).toMatchObject({ handshake: 'open', availability })
    expect([...peer.context.pieces.indexes()]).toEqual(pieces)
    const isNews = !peer.context.pieces.equals(old)
    expect(told).toEqual(isNews ? [{ type: 'peer.pieces', peer: 7, pieces: peer.context.pieces }] : [])
  })

  test('also without the Fast extension', () => {
    const peer = openPeer({ features: { fast: false } })
    peer.take(bitfield(0), { type: 'wire.have', index: 3 }, bitfield(1, 2))
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'partial' })
    expect([...peer.context.pieces.indexes()]).toEqual([1, 2])
  })

  test.each([
    ['one byte short', Uint8Array.of(0xff)],
    ['a spare bit set', Uint8Array.of(0, 0b0010_0000)],
  ])('%s it is a fault as ever, and what it had said stands', (_, bits) => {
    for (const before of [bitfield(0), { type: 'wire.have_all' }] as const) {
      const peer = openPeer()
      peer.take(before)
      const { pieces } = peer.context
      peer.take({ type: 'wire.bitfield', bits })
      expect(codeOf(peer)).toBe('bitfield_invalid')
      expect(peer.context.pieces).toBe(pieces)
    }
  })

  test.each(['wire.have_all', 'wire.have_none'] as const)('%s without Fast is a fault later too (BEP 6)', (type) => {
    for (const pieces of [[0], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
      const peer = openPeer({ features: { fast: false } })
      peer.take(bitfield(...pieces), { type })
      expect(codeOf(peer)).toBe('fast_not_negotiated')
      expect([...peer.context.pieces.indexes()]).toEqual(pieces)
    }
  })

  test('since when it is a seeder is not changed by its saying so again', () => {
    const peer = openPeer()
    peer.take(tick(1_000), { type: 'wire.have_all' }, tick(9_000), { type: 'wire.have_all' })
    expect(peer.context.since.availability).toBe(1_000)
  })

  test.each([bitfield(0), { type: 'wire.have_none' }, { type: 'wire.have', index: 0 }] as const)(
    'and is not noted of a peer that is none: $type',
    (word) => {
      const peer = openPeer()
      const { availability } = peer.context.since
      peer.take(tick(1_000), word, tick(2_000), word)
      expect(peer.context.since.availability).toBe(availability)
      const early = magnetPeer()
      early.take(tick(1_000), word, { type: 'torrent.learn', layout })
      expect([early.value.availability, early.context.since.availability]).toEqual(['partial', availability])
    },
  )

  describe('what we asked of what it has no more', () => {
    const asked = [layout.blockAt(0, 0), layout.blockAt(1, 0)]

    test('comes back, as it will not say no to it without the Fast extension', () => {
      for (const word of [bitfield(1), { type: 'torrent.note_pieces', pieces: PieceSet.none(size).with(1) }] as const) {
        const peer = requestingPeer(asked, { features: { fast: false } })
        const { told } = peer.take(word)
        expect(told).toMatchObject([
          { type: 'peer.pieces' },
          { type: 'peer.released', cause: 'rejected', requests: [layout.blockAt(0, 0)] },
        ])
        expect(peer.context.outstanding).toMatchObject([layout.blockAt(1, 0)])
      }
    })

    test('is rejected with it (BEP 6), so it stays asked for', () => {
      for (const word of [bitfield(1), { type: 'torrent.note_pieces', pieces: PieceSet.none(size).with(1) }] as const) {
        const peer = requestingPeer(asked)
        expect(peer.take(word).told).toMatchObject([{ type: 'peer.pieces' }])
        expect(peer.context.outstanding).toHaveLength(2)
        const { told } = peer.take({ type: 'wire.reject_request', requests: [layout.blockAt(0, 0)] })
        expect(told).toMatchObject([{ type: 'peer.released', cause: 'rejected' }])
      }
    })
  })
})

describe('before the metadata (BEP 9)', () => {
  const learn = { type: 'torrent.learn', layout } as const
  const have = (index: number): PeerEvent => ({ type: 'wire.have', index })
  const lost = (index: number): PeerEvent => ({ type: 'torrent.note_dont_have', index })
  const allowed = (index: number) => ({ type: 'peer.allowed_fast', index, room: expect.any(Number) })
  const piecesOf = (peer: Drive) => [...peer.context.pieces.indexes()]

  test('what the peer says is kept, and told at once when the metadata comes', () => {
    const peer = magnetPeer()
    expect(peer.value.availability).toBe('awaiting_metadata')
    expect(peer.take(bitfield(0, 1), have(3), lost(0), have(0), lost(3), lost(1)).told).toEqual([])
    const { told, sent } = peer.take(learn)
    expect(told).toEqual([{ type: 'peer.pieces', peer: 7, pieces: peer.context.pieces }])
    expect(piecesOf(peer)).toEqual([0])
    expect(sent).toEqual([{ type: 'link.limit_frames', maxFrameBytes: frameLimit(size) }])
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'partial' })
    expect(peer.context.layout).toBe(layout)
    expect(peer.context.have.size).toBe(size)
  })

  test('what we have of it is said piece by piece, as no bitfield may come any more (BEP 3)', () => {
    const ours = PieceSet.none(size).with(2).with(7)
    for (const said of [[], [bitfield(0)]]) {
      const peer = magnetPeer()
      const { sent } = peer.take(...said, { ...learn, have: ours })
      expect(sent.slice(1)).toEqual([{ type: 'send.haves', pieces: ours }])
      expect(peer.context.have).toBe(ours)
    }
  })

  test.each([
    ['wire.have_all', 'complete', size],
    ['wire.have_none', 'partial', 0],
  ] as const)('%s is taken later too', (type, availability, count) => {
    const peer = magnetPeer()
    peer.take({ type }, learn)
    expect(peer.value.availability).toBe(availability)
    expect(peer.context.pieces.count).toBe(count)
  })

  test('nothing said: its first word is awaited still', () => {
    const peer = magnetPeer()
    peer.take(learn)
    expect(peer.value.availability).toBe('awaiting_first')
    peer.take(bitfield(1))
    expect(piecesOf(peer)).toEqual([1])
  })

  test('a bitfield of a wrong size, and a have out of range, are faults when they can be told to be', () => {
    for (const [message, code] of [
      [{ type: 'wire.bitfield', bits: new Uint8Array(3) }, 'bitfield_invalid'],
      [{ type: 'wire.bitfield', bits: Uint8Array.of(0, 1) }, 'bitfield_invalid'],
      [have(10), 'have_out_of_range'],
    ] as const) {
      const peer = magnetPeer()
      peer.take(message, lost(10), lost(15))
      expect(peer.value.handshake).toBe('open')
      const { told } = peer.take(learn)
      expect(codeOf(peer)).toBe(code)
      expect(told.map(({ type }) => type)).toEqual(['peer.reputation', 'peer.closing'])
      expect(peer.context.layout).toBe(layout)
    }
  })

  test('the bits are copied: they are a view of what the socket reads into', () => {
    const peer = magnetPeer()
    const bits = Uint8Array.of(0b1000_0000, 0)
    peer.take({ type: 'wire.bitfield', bits })
    bits.fill(0xff)
    peer.take(learn)
    expect(piecesOf(peer)).toEqual([0])
  })

  const words: readonly (readonly [said: PeerEvent, pieces: number])[] = [
    [bitfield(0, 1), 2],
    [{ type: 'wire.have_all' }, size],
    [{ type: 'wire.have_none' }, 0],
  ]
  const rows = [...words.map(([said]) => said), have(0)].flatMap((before) =>
    words.map(([after, count]) => [after, before, count] as const),
  )
  test.each(rows)('its later word takes the place of the earlier: $0.type after $1.type', (after, before, count) => {
    const peer = magnetPeer()
    peer.take(before, have(3), after)
    expect(peer.take(learn).told).toMatchObject([{ type: 'peer.pieces' }])
    expect(peer.value.handshake).toBe('open')
    expect(peer.context.pieces.count).toBe(count)
  })

  test('what it says later makes a wrong bitfield no better', () => {
    const peer = magnetPeer()
    peer.take({ type: 'wire.bitfield', bits: new Uint8Array(3) }, bitfield(0), learn)
    expect(codeOf(peer)).toBe('bitfield_invalid')
  })

  test('what is allowed fast is not said of what it has: a bitfield may follow (BEP 6)', () => {
    const peer = magnetPeer()
    const allow = (index: number): PeerEvent => ({ type: 'wire.allowed_fast', index })
    const { told } = peer.take(allow(1), allow(10), allow(4), lost(1), bitfield(0), learn)
    expect(told).toMatchObject([{ type: 'peer.pieces' }, allowed(1), allowed(4)])
    expect(peer.value.handshake).toBe('open')
    expect(piecesOf(peer)).toEqual([0])
    expect(peer.context.allowedFast).toEqual([1, 4])
  })

  test('what is allowed fast is told also of a peer that has said nothing else', () => {
    const peer = magnetPeer()
    expect(peer.take({ type: 'wire.allowed_fast', index: 3 }, learn).told).toMatchObject([allowed(3)])
    expect(peer.value.availability).toBe('awaiting_first')
  })

  test.each(['wire.have_all', 'wire.have_none'] as const)('%s without Fast is a fault at once (BEP 6)', (type) => {
    const peer = magnetPeer({ features: { fast: false } })
    peer.take({ type })
    expect(codeOf(peer)).toBe('fast_not_negotiated')
  })

  test('of 2,000 words none is lost, and they are told as one', () => {
    const large = new Layout({ pieceLength: 1, length: 4000 })
    const peer = magnetPeer()
    for (let index = 0; index < 4000; index += 2) peer.take(have(index))
    const { told } = peer.take({ type: 'torrent.learn', layout: large })
    expect(told.map(({ type }) => type)).toEqual(['peer.pieces'])
    expect(piecesOf(peer)).toEqual(Array.from({ length: 2000 }, (_, i) => 2 * i))
  })

  test('the last piece that a torrent can have is kept; a peer that has one more has no such torrent', () => {
    const last = limits.earlyPieces - 1
    const largest = new Layout({ pieceLength: 1, length: limits.earlyPieces })
    const peer = magnetPeer()
    peer.take(have(last), lost(limits.earlyPieces), { type: 'wire.allowed_fast', index: limits.earlyPieces })
    peer.take({ type: 'torrent.learn', layout: largest })
    expect(piecesOf(peer)).toEqual([last])
    for (const [message, code] of [
      [have(limits.earlyPieces), 'have_out_of_range'],
      [{ type: 'wire.bitfield', bits: new Uint8Array(limits.earlyPieces / 8 + 1) }, 'bitfield_invalid'],
    ] as const) {
      const other = magnetPeer()
      other.take(message)
      expect(codeOf(other)).toBe(code)
    }
  })

  test.each([
    [0, 'the connection stands'],
    [1, 'it is open'],
  ])('the metadata may come after %d steps, before %s: then there is nothing to wait for', (count) => {
    const peer = new Drive({ knowsLayout: false })
    peer.take(...opening().slice(0, count))
    expect(peer.take(learn).sent).toEqual([])
    expect(peer.value.availability).toBe('awaiting_first')
    expect(peer.take(...opening().slice(count)).sent).toContainEqual({
      type: 'link.read_messages',
      maxFrameBytes: frameLimit(size),
    })
  })

  test('of no torrent there is nothing to learn', () => {
    const peer = incoming({ known: false })
    peer.take({ type: 'transport.opened' }, learn)
    expect(peer.value.availability).toBe('awaiting_metadata')
  })

  test('it comes once: a peer that knows how the torrent divides learns nothing new', () => {
    const peer = openPeer()
    peer.take(bitfield(0))
    expect(peer.take(learn)).toMatchObject({ sent: [], told: [] })
    expect(piecesOf(peer)).toEqual([0])
  })
})

describe('what is known of its pieces by other ways', () => {
  const some = PieceSet.none(size).with(4)

  test('takes the place of what it said', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.have_none' })
    expect(peer.take({ type: 'torrent.note_pieces', pieces: some }).told).toMatchObject([{ type: 'peer.pieces' }])
    expect(peer.context.pieces.equals(some)).toBe(true)
    peer.take({ type: 'torrent.note_pieces', pieces: PieceSet.all(size) })
    expect(peer.value.availability).toBe('complete')
    peer.take({ type: 'torrent.note_pieces', pieces: some })
    expect(peer.value.availability).toBe('partial')
  })

  test('is added to by each have, its first word as well', () => {
    for (const before of [[], [{ type: 'wire.have_none' }]] as const) {
      const peer = openPeer()
      peer.take(...before, { type: 'torrent.note_pieces', pieces: some })
      expect(peer.take({ type: 'wire.have', index: 5 }).told.at(-1)).toMatchObject({ type: 'peer.have', index: 5 })
      expect([...peer.context.pieces.indexes()]).toEqual([4, 5])
    }
  })

  test('may be known before the connection is open', () => {
    const peer = new Drive()
    peer.take({ type: 'torrent.note_pieces', pieces: some }, ...opening())
    expect(peer.context.pieces.equals(some)).toBe(true)
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'awaiting_first' })
  })

  test('does not turn its bitfield, when that comes, into a fault', () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.note_pieces', pieces: some }, bitfield(0))
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'partial' })
    expect([...peer.context.pieces.indexes()]).toEqual([0])
  })

  test.each([
    ['of another torrent', openPeer(), 11],
    ['before the metadata', magnetPeer(), 1],
    ['of another torrent, and what is remembered stands', new Drive({ pieces: some }), 11],
  ])('is ignored %s', (_, peer, of) => {
    const { pieces } = peer.context
    expect(peer.take({ type: 'torrent.note_pieces', pieces: PieceSet.all(of) }).told).toEqual([])
    expect(peer.context.pieces).toBe(pieces)
  })
})

describe('a piece that it has lost (BEP 54)', () => {
  const lost = (index: number): PeerEvent => ({ type: 'torrent.note_dont_have', index })

  test('is told, and a seeder is none any more', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.have_all' })
    const { told } = peer.take(lost(4))
    expect(told).toEqual([{ type: 'peer.dont_have', peer: 7, index: 4, pieces: peer.context.pieces }])
    expect(peer.value.availability).toBe('partial')
    expect(peer.context.pieces.has(4)).toBe(false)
    peer.take({ type: 'wire.have', index: 4 })
    expect(peer.value.availability).toBe('complete')
  })

  test.each([
    ['it never had', 1],
    ['the torrent lacks', 10],
  ])('and %s changes nothing', (_, index) => {
    const peer = openPeer()
    peer.take(bitfield(0))
    expect(peer.take(lost(index)).told).toEqual([])
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'partial' })
  })

  test('and the torrent lacks leaves a seeder one', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.have_all' }, lost(10))
    expect(peer.value.availability).toBe('complete')
  })
})

describe('what is remembered of an earlier connection', () => {
  const remembering = () => new Drive({ pieces: PieceSet.all(10) })

  test('is known until the new one stands; then it counts for nothing', () => {
    const peer = remembering()
    expect([peer.value.availability, peer.context.pieces.isAll]).toEqual(['remembered', true])
    peer.take({ type: 'transport.opened' })
    expect([peer.value.availability, peer.context.pieces.isNone]).toEqual(['awaiting_first', true])
  })

  test('makes no have of the new one a message that is no news', () => {
    const peer = remembering()
    peer.take(...opening())
    const { left } = peer.context.talk
    for (let index = 0; index < 10; index++) peer.take({ type: 'wire.have', index })
    expect(peer.context.talk.left).toBe(left)
  })

  test('gives way to what is known by other ways, and stays where nobody is reached', () => {
    const told = remembering()
    told.take({ type: 'torrent.note_pieces', pieces: PieceSet.none(10).with(3) }, { type: 'transport.opened' })
    expect([told.value.availability, told.context.pieces.count]).toEqual(['awaiting_first', 1])
    const gone = remembering()
    gone.take({ type: 'timer.connect' })
    gone.take({ type: 'torrent.note_pieces', pieces: PieceSet.none(10) })
    expect([gone.value.availability, gone.context.pieces.isAll]).toEqual(['remembered', true])
  })
})
