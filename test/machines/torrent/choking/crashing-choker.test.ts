import { expect, test } from 'vitest'
import type { ChokeAlgorithm } from '../../../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import { chokeRoundMs } from '../../../../machines/torrent/choking/algorithm/choke-round.ts'
import { downloading, meet } from '../a-torrent.ts'

const choosesNobodyKnown: ChokeAlgorithm = () => [{ peer: 99, slot: 'rate', score: 0, reason: '' }]
const choosesAll: ChokeAlgorithm = (candidates) =>
  candidates.map(({ peer }) => ({ peer, slot: 'rate', score: 0, reason: 'all' }))

test.each<[string, ChokeAlgorithm]>([
  [
    'throws',
    () => {
      throw new Error('a defect')
    },
  ],
  ['cannot be obeyed', choosesNobodyKnown],
])('a choker that %s is asked once a round, and told of as often, whatever falls free between', (_, broken) => {
  let choker = broken
  let asked = 0
  const torrent = downloading([0], {
    choker: (...told) => {
      asked++
      return choker(...told)
    },
  })
  let crashed = 0
  torrent.actor.on('choker_crashed', () => crashed++)
  const slots = () => [...torrent.core.swarm.peers.values()].map(({ uploadSlot }) => uploadSlot)
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      torrent.clock.advance(1_000)
      torrent.hear({ type: 'timer.tick', at: torrent.clock.now() })
    }
  }
  const { report } = meet(torrent, 'b', [1])
  report({ type: 'wire.interested' })
  expect([asked, crashed]).toEqual([1, 1])
  pass(chokeRoundMs / 1_000 - 1)
  expect([asked, crashed]).toEqual([1, 1])
  pass(2 * (chokeRoundMs / 1_000))
  expect([asked, crashed, slots()]).toEqual([3, 3, ['none']])
  // It is good again with the next round, and then between rounds too.
  choker = choosesAll
  meet(torrent, 'c', [1]).report({ type: 'wire.interested' })
  expect(asked).toBe(3)
  pass(chokeRoundMs / 1_000)
  expect([crashed, slots()]).toEqual([3, ['rate', 'rate']])
  meet(torrent, 'd', [1]).report({ type: 'wire.interested' })
  expect(slots()).toEqual(['rate', 'rate', 'rate'])
})
