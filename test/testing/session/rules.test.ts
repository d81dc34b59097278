import { describe, expect, test } from 'vitest'
import { createActor, type EventObject, fromCallback } from 'xstate'
import type { TransportInput } from '../../../machines/peer/actions/vocabulary.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import type { TransportCommand } from '../../../machines/peer/vocabulary/transport-commands.ts'
import { type Guests, guestsMax, guestsPerHostMax } from '../../../machines/session/guests.ts'
import { sessionMachine } from '../../../machines/session/session.ts'
import { peerGroupMachine } from '../../../machines/torrent/peers/peer-group.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'
import type { ListenerInput, TickerInput } from '../../../machines/torrent/vocabulary/actor-inputs.ts'
import type { TorrentInternal } from '../../../machines/torrent/vocabulary/events.ts'
import { createWatch } from '../../../testing/model/watch.ts'
import { sessionRules } from '../../../testing/session/rules.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { firstOf } from '../../in-full.ts'

/** A session that listens, watched by the rules. */
function watched(change: Partial<Pick<Guests, 'takeOldest' | 'hasRoomFor'>> = {}) {
  const watch = createWatch(sessionRules)
  const clock = new SimulatedClock()
  const transport = fromCallback<TransportCommand, TransportInput>(() => {})
  const actor = createActor(
    sessionMachine.provide({
      actors: {
        listener: fromCallback<EventObject, ListenerInput>(() => {}),
        ticker: fromCallback<TorrentInternal, TickerInput>(() => {}),
        group: peerGroupMachine.provide({ actors: { peer: peerMachine.provide({ actors: { transport } }) } }),
      },
      actions: { refuse: () => {} },
    }),
    {
      clock,
      inspect: watch.inspect,
      input: {
        listen: { host: '192.0.2.1', port: 1 },
        peerId: '22'.repeat(20),
        encryption: 'none',
        blacklist: new Blacklist(),
        at: 0,
      },
    },
  )
  actor.start()
  Object.assign(actor.getSnapshot().context.core.getSnapshot().context.guests, change)
  actor.send({ type: 'session.start' })
  actor.send({ type: 'listener.listening', transport: 'memory', address: { host: '192.0.2.1', port: 1 } })
  const comeFrom = (host: string): void => {
    const [, connection] = memoryPair({ clock, random: () => 0.5 })
    const remote = { host, port: 1 }
    actor.send({ type: 'listener.accepted', connection: Object.create(connection, { remote: { value: remote } }) })
  }
  return { actor, comeFrom, broken: watch.broken }
}

/** One more than may wait, each of another host. */
const crowd = Array.from({ length: guestsMax + 1 }, (_, i) => `10.${i}.0.1`)
/** One more than a host may have. */
const neighbours = Array.from({ length: guestsPerHostMax + 1 }, () => '10.0.0.1')

test('a session with many guests that stops keeps every rule', () => {
  const session = watched()
  for (const host of [...firstOf(20, crowd), ...neighbours]) session.comeFrom(host)
  session.actor.send({ type: 'session.stop' })
  expect(session.broken).toEqual([])
})

describe('it is noticed', () => {
  const rulesBroken = ({ broken }: ReturnType<typeof watched>) => new Set(broken.map((line) => line.split(' (')[0]))

  test('that more wait than may', () => {
    const session = watched({ takeOldest: () => undefined })
    for (const host of crowd) session.comeFrom(host)
    expect(rulesBroken(session)).toEqual(new Set(['so many connections wait for a torrent, and no more']))
  })

  test('that a host has too many', () => {
    const session = watched({ hasRoomFor: () => true })
    for (const host of neighbours) session.comeFrom(host)
    expect(rulesBroken(session)).toEqual(new Set(['no host has more of them than it may']))
  })

  test('that a session has stopped though connections are left', () => {
    const session = watched()
    session.comeFrom('10.0.0.1')
    session.actor.send({ type: 'session.stop' })
    session.actor.send({ type: 'session.emptied' })
    expect(rulesBroken(session)).toEqual(new Set(['a session that has stopped holds no connection']))
  })
})
