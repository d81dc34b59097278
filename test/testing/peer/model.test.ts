import { expect, test } from 'vitest'
import { createTestModel, getShortestPaths, getSimplePaths } from 'xstate/graph'
import { explore } from '../../../testing/model/explore.ts'
import { peerEvents } from '../../../testing/peer/events.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import { peerInputs, peerModel, peerStateKey, peerTraversal } from '../../../testing/peer/model.ts'
import { longTest } from '../../in-full.ts'

const traversal = peerTraversal(peerEvents.lifecycle)

longTest('xstate/graph reaches the states that our own walk reaches', () => {
  const keys = new Set(explore(peerModel, traversal).states.keys())
  expect(keys.size).toBeGreaterThan(10)
  const paths = getShortestPaths(peerModel, traversal)
  expect(new Set(paths.map(({ state }) => peerStateKey(state)))).toEqual(keys)
  expect(getSimplePaths(peerModel, traversal).length).toBeGreaterThan(keys.size)
})

test('a test model of XState gives paths that lead from the dial to an open connection and to its end', async () => {
  const met = new Set<unknown>()
  for (const path of createTestModel(peerModel, traversal).getShortestPaths()) {
    await path.test({
      states: {
        '*': (snapshot) => {
          met.add(snapshot.value.handshake)
          for (const [name, { holds }] of Object.entries(peerInvariants))
            expect([name, holds(snapshot)]).toEqual([name, true])
        },
      },
    })
  }
  expect([...met]).toEqual(expect.arrayContaining(['open', 'closing', 'closed']))
})

longTest('of a peer that begins otherwise the paths are others', () => {
  const accepted = getShortestPaths(peerModel, peerTraversal(peerEvents.lifecycle, peerInputs['accepted for none yet']))
  expect(accepted.some(({ state }) => JSON.stringify(state.value.handshake).includes('awaiting_adoption'))).toBe(true)
})
