import { describe, expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { createTestModel, getShortestPaths, getSimplePaths } from 'xstate/graph'
import { nodesWithin, transitionsOf } from '../../diagram/edges.ts'
import { dhtMachine } from '../../machines/dht/dht.ts'
import { sessionMachine } from '../../machines/session/session.ts'
import { torrentMachine } from '../../machines/torrent/torrent.ts'
import { trackerMachine } from '../../machines/tracker/tracker.ts'
import { utpConnectionMachine } from '../../machines/utp-connection/utp-connection.ts'
import { webSeedMachine } from '../../machines/web-seed/web-seed.ts'
import { dhtEvents, dhtInvariants, dhtModel, dhtTraversal } from '../../testing/dht/model.ts'
import { explore, type Invariant } from '../../testing/model/explore.ts'
import type { Traversal } from '../../testing/model/traversal.ts'
import { sessionEvents, sessionInvariants, sessionModel, sessionTraversal } from '../../testing/session/model.ts'
import { torrentEvents } from '../../testing/torrent/events.ts'
import { torrentInvariants } from '../../testing/torrent/invariants.ts'
import { torrentModel, torrentTraversal } from '../../testing/torrent/model.ts'
import { trackerEvents, trackerInvariants, trackerModel, trackerTraversal } from '../../testing/tracker/model.ts'
import {
  utpConnectionEvents,
  utpConnectionInvariants,
  utpConnectionModel,
  utpConnectionTraversal,
} from '../../testing/utp-connection/model.ts'
import { webSeedEvents, webSeedInvariants, webSeedModel, webSeedTraversal } from '../../testing/web-seed/model.ts'

/** What is asked of one chart. */
function asked(
  chart: AnyStateMachine,
  model: AnyStateMachine,
  traversal: Traversal<AnyStateMachine>,
  invariants: Readonly<Record<string, Invariant<AnyStateMachine>>>,
) {
  return { id: model.id, chart, model, traversal, invariants }
}

const { content, life } = torrentEvents
const charts = [
  asked(
    torrentMachine,
    torrentModel,
    torrentTraversal([...life.slice(0, 6), ...content.filter(({ type }) => type === 'pieces.complete')]),
    torrentInvariants,
  ),
  asked(
    sessionMachine,
    sessionModel,
    sessionTraversal([...sessionEvents.owner, ...sessionEvents.listener]),
    sessionInvariants,
  ),
  asked(trackerMachine, trackerModel, trackerTraversal(trackerEvents.torrent.slice(0, 1)), trackerInvariants),
  asked(dhtMachine, dhtModel, dhtTraversal([...dhtEvents.torrent.slice(0, 1), ...dhtEvents.time]), dhtInvariants),
  asked(webSeedMachine, webSeedModel, webSeedTraversal(webSeedEvents.torrent), webSeedInvariants),
  asked(
    utpConnectionMachine,
    utpConnectionModel,
    utpConnectionTraversal([...utpConnectionEvents.opening, ...utpConnectionEvents.finishing]),
    utpConnectionInvariants,
  ),
]

describe.each(charts)('the model of $id', ({ chart, model, traversal, invariants }) => {
  const transitionsIn = ({ root }: AnyStateMachine) => nodesWithin(root).flatMap(transitionsOf).length
  const keys = new Set(explore(model, traversal).states.keys())

  test('has every transition of the chart', () => {
    expect(transitionsIn(model)).toBe(transitionsIn(chart))
  })

  test('is walked by xstate/graph to the states that our own walk reaches', () => {
    const paths = getShortestPaths(model, traversal)
    expect(keys.size).toBeGreaterThan(1)
    expect(new Set(paths.map(({ state }) => traversal.serializeState(state)))).toEqual(keys)
    expect(getSimplePaths(model, traversal).length).toBeGreaterThanOrEqual(keys.size)
  })

  test('is a test model of XState, whose paths keep the invariants', async () => {
    const met = new Set<string>()
    for (const path of createTestModel(model, traversal).getShortestPaths()) {
      await path.test({
        states: {
          '*': (snapshot) => {
            met.add(traversal.serializeState(snapshot))
            for (const [name, { holds }] of Object.entries(invariants))
              expect([name, holds(snapshot)]).toEqual([name, true])
          },
        },
      })
    }
    expect(met).toEqual(keys)
  })
})
