import { expect, test } from 'vitest'
import { type AnyActorRef, createActor, fromCallback } from 'xstate'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { createSessionCore, type SessionCore } from '../../../machines/session/core.ts'
import { decide } from '../../../machines/session/decide.ts'
import { guestsMax } from '../../../machines/session/guests.ts'
import { groupSize } from '../../../machines/torrent/peers/peer-group.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { infoHash, ourPeerId } from '../peer/drive.ts'

/** Decisions of a session that nobody carries out. */

const nobody = createActor(fromCallback(() => undefined))
const [connection] = memoryPair({ clock: new SimulatedClock(), random: () => 0.5 })
const link = { address: connection.remote, direction: 'in', kind: 'memory' } as const
const ref: AnyActorRef = createActor(peerMachine, { input: { peer: 0, link, at: 0, peerId: ourPeerId } })
const start = { peerId: ourPeerId, encryption: 'none', at: 0 } as const
const aCore = (blacklist = new Blacklist()) => createSessionCore({ ...start, blacklist, chart: nobody }, nobody)

/** Connections come in, each from a host of its own. */
const comeIn = (core: SessionCore, count: number) =>
  Array.from({ length: count }, (_, i) =>
    decide(core, {
      type: 'listener.accepted',
      connection: { ...connection, remote: { host: `10.0.${count}.${i}`, port: 1 } },
    }),
  )

test('a connection that comes in is spawned in a group, which is new when those before it are full', () => {
  const spawned = comeIn(aCore(), groupSize + 1)
  const spawn = (group: string, isNew: boolean, slot: string) => [
    { tell: 'chart', event: { type: 'swarm.group', group, isNew, command: { type: 'group.spawn', slot } } },
  ]
  expect(spawned[0]).toMatchObject(spawn('group.0', true, '0'))
  expect(spawned[1]).toMatchObject(spawn('group.0', false, '1'))
  expect(spawned[groupSize]).toMatchObject(spawn('group.1', true, '0'))
})

test.each([
  ['gives way to another', 'gave_way', (core: SessionCore) => comeIn(core, guestsMax)],
  ['is to go with the session', 'stopped', (core: SessionCore) => decide(core, { type: 'core.close_guests' })],
] as const)('a guest that %s before its actor runs ends as soon as it does', (_, code, leave) => {
  const core = aCore()
  comeIn(core, 1)
  leave(core)
  expect(decide(core, { type: 'peer.started', peer: 0, ref })).toEqual([
    { tell: 'guest', to: ref, event: { type: 'torrent.close', code } },
  ])
})

test('the chart hears that nobody is left when the last one has left, adopted or not', () => {
  const core = aCore()
  const emptied = expect.objectContaining({ event: { type: 'session.emptied' } })
  comeIn(core, 2)
  decide(core, { type: 'guest.adopted', guest: 0, torrent: nobody, peer: 7 })
  expect(decide(core, { type: 'core.close_guests' })).not.toContainEqual(emptied)
  expect(decide(core, { type: 'group.crashed', peer: 1, error: new Error('a defect') })).not.toContainEqual(emptied)
  expect(decide(core, { type: 'guest.left', guest: 0 })).toContainEqual(emptied)
  expect(decide(core, { type: 'core.close_guests' })).toEqual([emptied])
})

test('news of a connection that is forgotten come to nothing', () => {
  const core = aCore()
  const reason = { source: 'local', code: 'stopped' } as const
  for (const event of [
    { type: 'peer.started', peer: 9, ref },
    { type: 'peer.identified', peer: 9, infoHash },
    { type: 'peer.closed', peer: 9, reason, reputation: 0 },
    { type: 'guest.adopted', guest: 9, torrent: nobody, peer: 0 },
    { type: 'guest.left', guest: 9 },
    { type: 'group.crashed', peer: 9, error: new Error('a defect') },
  ] as const) {
    expect(decide(core, event)).toEqual([])
  }
  expect(core.guests.size).toBe(0)
})
