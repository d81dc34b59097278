import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import type { ExtensionEvent } from '../../../../machines/extensions/extension.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { hasNothingToTrade, part, partAll, partingMs } from '../../../../machines/torrent/connections/close-useless.ts'
import type { Core } from '../../../../machines/torrent/core/core.ts'
import type { Command } from '../../../../machines/torrent/vocabulary/commands.ts'
import { downloading, piecesOf } from '../a-torrent.ts'

const pexers = { m: { ut_pex: 1 } }
const everything: PeerEvent = { type: 'wire.have_all' }
const greets = (handshake: object): PeerEvent => ({ type: 'wire.extended_handshake', handshake })

/** What peers are told; the rest as it is. */
const toPeers = (commands: readonly Command[]) => commands.map((one) => (one.tell === 'peer' ? one.event : one))

/** A peer of ours that has said `events`, and how the torrent would stand. By default it seeds and speaks `ut_pex`. */
function peerThat(...events: readonly PeerEvent[]) {
  const torrent = downloading([0])
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: '10.0.0.2', port: 6881 } })
  const [socket] = torrent.sockets
  const [record] = torrent.core.swarm.peers.values()
  if (!socket || !record) throw new Error('it was not dialled')
  socket.report({ type: 'transport.opened' })
  const features = { extended: true, fast: true, dht: false }
  socket.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
  socket.report({ type: 'wire.peer_id', peerId: '22'.repeat(20) })
  for (const event of events) socket.report(event)
  const extension = { name: 'ut_pex', start: () => () => undefined }
  const pex = { name: 'ut_pex', id: 1, extension, ref: createActor(fromCallback<ExtensionEvent>(() => undefined)) }
  const { core } = torrent
  const seeding = { ...core, have: piecesOf([0, 1, 2, 3]), extensions: [pex] }
  /** What it is told by the torrent, so many milliseconds after it has opened. */
  const toldAfter = (ms: number, given: Partial<Core> = {}) =>
    toPeers(part({ ...seeding, ...given, now: record.placedAt + ms }, record))
  return { record, core, seeding, toldAfter }
}

const parted = [{ type: 'torrent.close', code: 'nothing_to_trade' }]

describe('there is nothing to trade', () => {
  test('when both have everything, or the peer says that it downloads nothing (BEP 21)', () => {
    const seeder = peerThat(everything)
    expect(hasNothingToTrade(seeder.seeding, seeder.record)).toBe(true)
    const partial = peerThat(greets({ uploadOnly: true }))
    expect(hasNothingToTrade(partial.seeding, partial.record)).toBe(true)
  })

  test('when nothing can be written here, whatever is missing', () => {
    const seeder = peerThat(everything)
    expect(hasNothingToTrade({ ...seeder.core, readOnly: true }, seeder.record)).toBe(true)
  })

  test('but when either lacks something it wants', () => {
    const seeder = peerThat(everything)
    expect(hasNothingToTrade(seeder.core, seeder.record)).toBe(false)
    const leecher = peerThat(greets({}), { type: 'wire.have_none' })
    expect(hasNothingToTrade(leecher.seeding, leecher.record)).toBe(false)
    expect(hasNothingToTrade(leecher.seeding, { ...leecher.record, ref: undefined })).toBe(false)
  })
})

describe('two with nothing to trade part', () => {
  test('when both had time to tell of others by PEX', () => {
    const { toldAfter } = peerThat(greets(pexers), everything)
    expect([toldAfter(partingMs - 1), toldAfter(partingMs)]).toEqual([[], parted])
  })

  test('no sooner while the peer has not said whether it speaks PEX', () => {
    const { toldAfter } = peerThat(everything)
    expect([toldAfter(0), toldAfter(partingMs)]).toEqual([[], parted])
  })

  test('at once when either speaks no PEX, as in private torrents', () => {
    expect(peerThat(greets({ m: { ut_pex: 0 } }), everything).toldAfter(0)).toEqual(parted)
    expect(peerThat(greets(pexers), everything).toldAfter(0, { extensions: [] })).toEqual(parted)
  })

  test('once: a connection that ends is told nothing', () => {
    const { record, toldAfter } = peerThat(greets({}), everything)
    record.ref?.send({ type: 'torrent.close', code: 'stopped' })
    expect(toldAfter(partingMs)).toEqual([])
  })
})

test('of all peers those part that have nothing to trade, and none while we lack a piece', () => {
  const { core, seeding } = peerThat(greets({}), everything)
  expect(toPeers(partAll(seeding))).toEqual(parted)
  expect(partAll(core)).toEqual([])
  expect(toPeers(partAll({ ...core, readOnly: true }))).toEqual(parted)
})
