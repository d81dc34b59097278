import { describe, expect, test } from 'vitest'
import {
  type ActorLogic,
  type AnyEventObject,
  createActor,
  type EventObject,
  fromCallback,
  initialTransition,
} from 'xstate'
import type { CoreSnapshotOf } from '../../../machines/deciding.ts'
import { createSessionCore, type SessionCore, type SessionCoreInput } from '../../../machines/session/core.ts'
import type { SessionInput } from '../../../machines/session/input.ts'
import type { SessionCoreEvent } from '../../../machines/session/news.ts'
import { sessionMachine } from '../../../machines/session/session.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'
import type { ListenerInput, TickerInput } from '../../../machines/torrent/vocabulary/actor-inputs.ts'
import type { TorrentInternal } from '../../../machines/torrent/vocabulary/events.ts'
import { sessionEvents } from '../../../testing/session/model.ts'
import { ourPeerId } from '../peer/drive.ts'
import { plainActionsOf, statesBelow, statesOf, step, textOf, walk } from '../walk.ts'

/** What the cores were told: nothing, as long as nobody executes anything. */
const heard: SessionCoreEvent[] = []

const address = { host: '10.0.0.2', port: 6881 }
const input: SessionInput = {
  listen: address,
  peerId: ourPeerId,
  encryption: 'none',
  blacklist: new Blacklist(),
  at: 0,
}
const nobody = createActor(fromCallback(() => undefined))
/** What every core has. Whoever wrote here would throw. */
const facts = Object.freeze(createSessionCore({ ...input, chart: nobody }, nobody))

const core: ActorLogic<CoreSnapshotOf<SessionCore>, SessionCoreEvent, SessionCoreInput> = {
  getInitialSnapshot: () => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: facts,
    toJSON: () => ({}),
  }),
  transition(snapshot, event) {
    heard.push(event)
    return snapshot
  },
  getPersistedSnapshot: (snapshot) => snapshot,
}

/** The chart with actors that do nothing. */
const machine = sessionMachine.provide({
  actors: {
    core,
    listener: fromCallback<EventObject, ListenerInput>(() => undefined),
    ticker: fromCallback<TorrentInternal, TickerInput>(() => undefined),
  },
})

const group = 'group.0'
const command = { type: 'group.stop', slot: '0' } as const
const events: readonly AnyEventObject[] = Object.values(sessionEvents).flat()

const { listen: _, ...withoutListener } = input

/** Sessions that were not started yet, each with a group of connections, and with a core that hears what it is told. */
const from = [input, withoutListener].map((given) => {
  const [first] = initialTransition(machine, given)
  first.context.core.start()
  return step(machine, first, { type: 'swarm.group', group, command, isNew: true })[0] as typeof first
})

const computed = walk(machine, {
  from,
  events,
  traitsOf: ({ context, value }) => [JSON.stringify([value, context.listen, context.error !== undefined])],
})

test('the walk comes through all states of the chart', () => {
  const reached = new Set(computed.flatMap(({ view: { value } }) => statesOf(value)))
  expect([...reached].sort()).toEqual(statesBelow(machine.root).sort())
})

describe('a transition that is computed, and not executed,', () => {
  test('is the same when it is computed again, and neither changes the snapshot nor tells the core', () => {
    for (const { view, before, followed } of computed) {
      expect(events.map((event) => textOf(step(machine, view, event)))).toEqual(followed)
      expect(textOf([view, []])).toBe(before)
    }
    expect(heard).toEqual([])
  })

  test('leaves to be executed what touches the outside alone: no other action is a plain function', () => {
    expect(plainActionsOf(machine)).toEqual(['refuse'])
  })
})

test('the context is plain data, but for its core', () => {
  for (const { view } of computed) {
    const { core: _core, ...plain } = view.context
    expect(structuredClone(plain)).toStrictEqual(plain)
  }
})
