import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { pexFlags } from '../../../../transport/wire/extended/pex-flags.ts'
import { aTorrent, downloading, layout, stateOf } from '../a-torrent.ts'

describe('active', () => {
  const none = PieceSet.none(layout.pieceCount)
  const all = PieceSet.all(layout.pieceCount)

  test.each([
    ['lacks pieces', none, false, 'fetching'],
    ['is complete', all, false, 'complete, rotation'],
    ['lacks pieces on a read-only store', none, true, 'read_only'],
    ['is complete on a read-only store', all, true, 'complete, rotation'],
  ] as const)('decides what it does: one that %s', (_, have, readOnly, state) => {
    const torrent = aTorrent({ readOnly })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have })
    expect(stateOf(torrent)).toBe(state)
  })

  test('of a magnet link fetches the metadata first, and checks the disk when that has come', () => {
    const torrent = aTorrent({}, { isMagnet: true })
    torrent.actor.send({ type: 'torrent.start' })
    expect(stateOf(torrent)).toBe('awaiting_metadata')
    torrent.hear({ type: 'metadata.ready', layout, bytes: layout.length, name: 'a', isPrivate: false })
    expect(stateOf(torrent)).toBe('checking')
    expect(torrent.toStorage).toMatchObject([{ type: 'storage.check' }])
  })

  test('of a magnet link whose store is read-only serves what is there, and says so to the peers that are connected', () => {
    const torrent = aTorrent({}, { isMagnet: true })
    torrent.actor.send({ type: 'torrent.start' })
    const ready = { layout, bytes: layout.length, name: 'a', isPrivate: false, readOnly: true } as const
    const { greetings } = torrent.core.telling
    torrent.hear({ type: 'metadata.ready', ...ready })
    torrent.hear({ type: 'storage.checked', have: all.without(1) })
    expect(stateOf(torrent)).toBe('read_only')
    expect(torrent.core.greeting.uploadOnly).toBe(true)
    // One for the metadata, one for this.
    expect(torrent.core.telling.greetings).toBe(greetings + 2)
  })

  test.each([
    ['lacks pieces', [0], false, ['10.0.0.2', '10.0.0.3']],
    ['lacks pieces on a read-only store', [0], true, ['10.0.0.3']],
    ['is complete', [0, 1, 2, 3], false, ['10.0.0.3']],
  ] as const)(
    'dials the peers that PEX tells of, seeders only where it downloads: one that %s',
    (_, have, readOnly, hosts) => {
      const torrent = downloading(have, { readOnly })
      const flags = [pexFlags.seed, 0]
      const contacts = flags.map((flag, i) => ({ address: { host: `10.0.0.${i + 2}`, port: 6881 }, flags: flag }))
      torrent.hear({ type: 'pex.contacts', peer: 0, contacts })
      expect([...torrent.core.swarm.peers.values()].map(({ link }) => link.address.host)).toEqual(hosts)
    },
  )

  test('listens and ticks as long as it lasts, and no longer', () => {
    const torrent = downloading()
    expect([...torrent.running].sort()).toEqual(['listener', 'ticker'])
    torrent.actor.send({ type: 'torrent.pause' })
    expect(torrent.running.size).toBe(0)
    torrent.actor.send({ type: 'torrent.resume' })
    expect([...torrent.running].sort()).toEqual(['listener', 'ticker'])
  })

  test('an address it cannot listen on ends it in failed', () => {
    const torrent = downloading()
    torrent.actor.send({ type: 'listener.failed', error: new Error('in use') })
    expect(stateOf(torrent)).toBe('failed')
    expect(torrent.actor.getSnapshot().context.error?.message).toBe('in use')
  })
})

test('the next save of resume data leaves the other regions as they are', () => {
  const torrent = aTorrent({ keepsResume: true })
  const told: string[] = []
  torrent.actor.send({ type: 'torrent.start' })
  torrent.hear({ type: 'storage.checked', have: PieceSet.none(layout.pieceCount) })
  torrent.actor.send({ type: 'pace.dialing' })
  torrent.actor.system.inspect((seen) => {
    if (seen.type === '@xstate.event' && seen.actorRef === torrent.actor.getSnapshot().context.core)
      told.push(seen.event.type)
  })
  torrent.actor.send({ type: 'save.next', inMs: 10_000 })
  torrent.actor.send({ type: 'save.next', inMs: 20_000 })
  expect(torrent.actor.getSnapshot().value.life).toMatchObject({ active: { dialing: 'resting', saving: 'waiting' } })
  expect(told).toEqual([])
})
