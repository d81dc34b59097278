import { describe, expect, test } from 'vitest'
import { transition } from 'xstate'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { dialing } from '../../../../machines/torrent/pace.ts'
import { torrentMachine } from '../../../../machines/torrent/torrent.ts'
import { pexFlags } from '../../../../transport/wire/extended/pex-flags.ts'
import { aTorrent, downloading, layout } from '../a-torrent.ts'

const stateOf = ({ actor }: Pick<ReturnType<typeof aTorrent>, 'actor'>) => actor.getSnapshot().value

describe('active', () => {
  const none = PieceSet.none(layout.pieceCount)
  const all = PieceSet.all(layout.pieceCount)

  test.each([
    ['lacks pieces', none, false, 'downloading'],
    ['is complete', all, false, { seeding: 'plain' }],
    ['lacks pieces on a read-only store', none, true, 'partial_seeding'],
    ['is complete on a read-only store', all, true, { seeding: 'plain' }],
  ] as const)('decides what it does: one that %s', (_, have, readOnly, state) => {
    const torrent = aTorrent({ readOnly })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have })
    expect(stateOf(torrent)).toEqual({ active: state })
  })

  test('of a magnet link fetches the metadata first, and checks the disk when that has come', () => {
    const torrent = aTorrent({}, { isMagnet: true })
    torrent.actor.send({ type: 'torrent.start' })
    expect(stateOf(torrent)).toEqual({ active: 'fetching_metadata' })
    torrent.hear({ type: 'metadata.ready', layout, bytes: layout.length, name: 'a', isPrivate: false })
    expect(stateOf(torrent)).toEqual({ active: 'checking_data' })
    expect(torrent.toStorage).toEqual([{ type: 'storage.check' }])
  })

  test('of a magnet link whose store is read-only serves what is there, and says so to who is connected', () => {
    const torrent = aTorrent({}, { isMagnet: true })
    torrent.actor.send({ type: 'torrent.start' })
    const ready = { layout, bytes: layout.length, name: 'a', isPrivate: false, readOnly: true } as const
    const { greetings } = torrent.core.telling
    torrent.hear({ type: 'metadata.ready', ...ready })
    torrent.hear({ type: 'storage.checked', have: all.without(1) })
    expect(stateOf(torrent)).toEqual({ active: 'partial_seeding' })
    expect(torrent.actor.getSnapshot().context.greeting.uploadOnly).toBe(true)
    // One for the metadata, one for this.
    expect(torrent.core.telling.greetings).toBe(greetings + 2)
  })

  test.each([
    ['lacks pieces', [0], false, ['10.0.0.2', '10.0.0.3']],
    ['lacks pieces on a read-only store', [0], true, ['10.0.0.3']],
    ['is complete', [0, 1, 2, 3], false, ['10.0.0.3']],
  ] as const)('dials whom PEX tells of, seeders only where it downloads: one that %s', (_, have, readOnly, hosts) => {
    const torrent = downloading(have, { readOnly })
    const flags = [pexFlags.seed, 0]
    const contacts = flags.map((flag, i) => ({ address: { host: `10.0.0.${i + 2}`, port: 6881 }, flags: flag }))
    torrent.hear({ type: 'pex.contacts', peer: 0, contacts })
    expect([...torrent.core.swarm.peers.values()].map(({ link }) => link.address.host)).toEqual(hosts)
  })

  test('listens and ticks as long as it lasts, and no longer', () => {
    const torrent = downloading()
    expect([...torrent.running].sort()).toEqual(['listener', 'ticker'])
    torrent.actor.send({ type: 'torrent.pause' })
    expect(torrent.running.size).toBe(0)
    torrent.actor.send({ type: 'torrent.resume' })
    expect([...torrent.running].sort()).toEqual(['listener', 'ticker'])
  })

  test('an address it can not listen on ends it in failed', () => {
    const torrent = downloading()
    torrent.actor.send({ type: 'listener.failed', error: new Error('in use') })
    expect(stateOf(torrent)).toBe('failed')
    expect(torrent.actor.getSnapshot().context.error?.message).toBe('in use')
  })
})

describe('a transition that is computed, and not executed,', () => {
  const address = { host: 'a', port: 6881 }

  test.each([
    ['an address that is added', { type: 'torrent.add_peer', address }],
    ['an address heard of', { type: 'pex.contacts', peer: 0, contacts: [{ address, flags: 0 }] }],
  ] as const)('dials %s: the address is noted before it is dialled', (_, event) => {
    const torrent = downloading()
    const [, actions] = transition(torrentMachine, torrent.actor.getSnapshot(), event)
    expect(actions.map(({ type }) => type)).toContain('xstate.spawnChild')
    expect([...torrent.core.swarm.peers.values()].map(({ link }) => link.address)).toEqual([address])
  })

  test('dials the next batch: the pause is over before that', () => {
    const torrent = downloading()
    for (let i = 0; i <= dialing.batch; i++) {
      torrent.actor.send({ type: 'torrent.add_peer', address: { host: `host${i}`, port: 6881 } })
    }
    expect(torrent.core.swarm.peers.size).toBe(dialing.batch)
    transition(torrentMachine, torrent.actor.getSnapshot(), { type: 'timer.dialing' })
    expect(torrent.core.swarm.peers.size).toBe(dialing.batch + 1)
  })

  test('has the time of the tick it is about', () => {
    const torrent = downloading()
    transition(torrentMachine, torrent.actor.getSnapshot(), { type: 'timer.tick', at: 7_000 })
    expect(torrent.core.now).toBe(7_000)
    expect([...torrent.core.idle]).toEqual([
      ['nothing_to_offer', 0],
      ['no_addresses', 0],
    ])
  })

  test('leaves to be executed what touches the outside alone: no other action is a plain function', () => {
    const plain = Object.entries(torrentMachine.implementations.actions).filter(
      ([, action]) => !(typeof action === 'function' && 'resolve' in action),
    )
    expect(plain.map(([name]) => name)).toEqual(['turnAway'])
  })
})
