import { describe, expect, test } from 'vitest'
import { bytesToHex } from '../../machines/hex.ts'
import { contentOf, everything } from '../pair.ts'
import { type Meeting, meetWire, type Role, theirPeerId } from './bittorrent-protocol.ts'

const block = { index: 3, begin: 16_384, length: 16_384 }
const snapshotOf = ({ us }: Meeting) => us.peer.actor.getSnapshot()

describe.each(['dials', 'accepts'] as Role[])('a peer that %s, against bittorrent-protocol', (role) => {
  test('shakes hands, and both know the peer id of the other', async () => {
    const meeting = await meetWire(role)
    const { context, value } = snapshotOf(meeting)
    expect(value.handshake).toBe('open')
    expect(context.remotePeerId).toBe(bytesToHex(theirPeerId))
    expect(meeting.wire.peerId).toBe(context.peerId)
    expect(meeting.wire.hasFast).toBe(true)
    expect(context.features).toEqual({ extended: true, fast: true, dht: false })
  })

  test('exchanges extended handshakes (BEP 10)', async () => {
    const meeting = await meetWire(role, {}, { extendedHandshake: { reqq: 33, v: 'wire 5' } })
    expect(meeting.wire.peerExtendedHandshake).toMatchObject({ reqq: 500 })
    expect(snapshotOf(meeting).context.remoteGreeting).toMatchObject({ reqq: 33, v: 'wire 5' })
  })

  test('says have_all, have_none or a bitfield, and is understood (BEP 3, BEP 6)', async () => {
    const all = await meetWire(role, { have: everything })
    expect(all.wire.peerPieces.get(9)).toBe(true)
    const some = await meetWire(role, { have: Uint8Array.of(0b0001_0000, 0) })
    expect([2, 3, 4].map((index) => some.wire.peerPieces.get(index))).toEqual([false, true, false])
    const none = await meetWire(role)
    expect(none.wire.peerPieces.get(0)).toBe(false)
    expect(snapshotOf(none).value.handshake).toBe('open')
  })

  test('sends a bitfield to a remote that lacks Fast (BEP 3)', async () => {
    const meeting = await meetWire(role, { have: everything }, { fast: false })
    expect(meeting.wire.hasFast).toBe(false)
    expect(meeting.wire.peerPieces.get(9)).toBe(true)
    expect(snapshotOf(meeting).context.features.fast).toBe(false)
  })

  test('hears what the other has', async () => {
    const seeder = await meetWire(role)
    seeder.wire.haveAll()
    await seeder.settle()
    expect(snapshotOf(seeder).value.availability).toBe('complete')

    const partial = await meetWire(role)
    partial.wire.bitfield(Uint8Array.of(0x80, 0))
    partial.wire.have(9)
    await partial.settle()
    expect([...snapshotOf(partial).context.pieces.indexes()]).toEqual([0, 9])
  })

  test('chokes, unchokes and is interested, both ways (BEP 3)', async () => {
    const { us, wire, settle } = await meetWire(role)
    const flags = () => [us.peer.amChoking, us.peer.amInterested, us.peer.peerChoking, us.peer.peerInterested]
    const theirs = () => [wire.peerChoking, wire.peerInterested, wire.amChoking, wire.amInterested]
    for (const [step, expected] of [
      [() => us.peer.unchoke(), [false, false, true, false]],
      [() => us.peer.interested(), [false, true, true, false]],
      [() => wire.unchoke(), [false, true, false, false]],
      [() => wire.interested(), [false, true, false, true]],
      [() => us.peer.choke(), [true, true, false, true]],
      [() => us.peer.notInterested(), [true, false, false, true]],
      [() => wire.choke(), [true, false, true, true]],
      [() => wire.uninterested(), [true, false, true, false]],
    ] as const) {
      step()
      await settle()
      expect(flags()).toEqual(expected)
      expect(theirs()).toEqual(expected)
    }
  })

  test('asks and gets a block', async () => {
    const { us, wire, settle } = await meetWire(role)
    wire.on('request', (index, begin, length, respond) => respond(null, contentOf({ index, begin, length }).data))
    wire.haveAll()
    wire.unchoke()
    await settle()
    us.peer.request(block.index, block.begin, block.length)
    await settle()
    expect(us.blocks).toEqual([contentOf(block)])
  })

  test('is asked and gives a block', async () => {
    const { us, wire, settle } = await meetWire(role, { have: everything })
    us.peer.unchoke()
    await settle()
    const came: (Uint8Array | undefined)[] = []
    wire.request(block.index, block.begin, block.length, (_, data) => came.push(data?.slice()))
    await settle()
    expect(came).toEqual([contentOf(block).data])
  })

  test('rejects what it is asked for while it chokes again (BEP 6)', async () => {
    const { us, wire, settle } = await meetWire(role, { have: everything })
    us.peer.unchoke()
    await settle()
    const errors: (string | undefined)[] = []
    us.peer.choke()
    wire.request(block.index, block.begin, block.length, (error) => errors.push(error?.message))
    await settle()
    expect(errors).toEqual(['request was rejected'])
    expect(wire.requests).toEqual([])
  })

  test('takes a reject as the one answer (BEP 6)', async () => {
    const meeting = await meetWire(role)
    const { us, wire, settle } = meeting
    wire.on('request', (_index, _begin, _length, respond) => respond(new Error('no such block')))
    wire.unchoke()
    await settle()
    us.peer.request(block.index, block.begin, block.length)
    await settle()
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.released', cause: 'rejected', requests: [block] })
    expect(snapshotOf(meeting).context).toMatchObject({ outstanding: [], owed: [] })
  })

  test('takes the rejects of a choke (BEP 6)', async () => {
    const meeting = await meetWire(role)
    const { us, wire, settle } = meeting
    wire.unchoke()
    await settle()
    us.peer.request(block.index, block.begin, block.length)
    await settle()
    expect(wire.peerRequests).toHaveLength(1)
    wire.choke()
    await settle()
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.released', cause: 'choked' })
    expect(snapshotOf(meeting).context).toMatchObject({ outstanding: [], owed: [] })
    expect(snapshotOf(meeting).value.handshake).toBe('open')
  })

  test('asks while choked for what it is allowed fast, and gets it (BEP 6)', async () => {
    const { us, wire, settle } = await meetWire(role)
    wire.on('request', (index, begin, length, respond) => respond(null, contentOf({ index, begin, length }).data))
    wire.haveAll()
    wire.allowedFast(block.index)
    await settle()
    us.peer.request(block.index, block.begin, block.length)
    await settle()
    expect(us.peer.peerChoking).toBe(true)
    expect(us.blocks).toEqual([contentOf(block)])
  })

  test('cancels, and the request is gone there (BEP 3)', async () => {
    const { us, wire, settle } = await meetWire(role)
    wire.unchoke()
    await settle()
    us.peer.request(block.index, block.begin, block.length)
    await settle()
    expect(wire.peerRequests).toHaveLength(1)
    us.peer.actor.send({ type: 'torrent.cancel', requests: [block] })
    await settle()
    expect(wire.peerRequests).toEqual([])
  })

  test('is told of a cancel, a port, a suggestion and a keep-alive, and goes on', async () => {
    const meeting = await meetWire(role, { have: everything })
    const { us, wire, settle } = meeting
    us.peer.unchoke()
    await settle()
    wire.cancel(block.index, block.begin, block.length)
    wire.port(6881)
    wire.suggest(1)
    wire.keepAlive()
    await settle()
    expect(snapshotOf(meeting).value.handshake).toBe('open')
  })

  test('keeps the connection alive when nothing is said', async () => {
    const { clock, us, wire, settle } = await meetWire(role)
    let kept = 0
    wire.on('keep-alive', () => kept++)
    clock.advance(62_000)
    await settle()
    expect(kept).toBe(1)
    expect(us.closeReason).toBeUndefined()
  })

  test('announces a new piece', async () => {
    const { us, wire, settle } = await meetWire(role)
    us.peer.actor.send({ type: 'torrent.have', index: 4 })
    await settle()
    expect(wire.peerPieces.get(4)).toBe(true)
  })

  test('parts in good order', async () => {
    const meeting = await meetWire(role)
    await meeting.part()
    expect(meeting.end).toMatchObject({ code: 'end' })
    expect(meeting.us.closeReason).toEqual({ source: 'local', code: 'requested' })
    expect(meeting.clock.pending).toBe(0)
  })
})
