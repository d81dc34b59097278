import { describe, expect, test } from 'vitest'
import { arrowsOf, reactionsOf } from '../../../diagram/arrows.ts'
import { chartOf } from '../../../diagram/edges.ts'
import { isReaction, statesWithin } from '../../../diagram/model.ts'
import { byRegion, linesNaming, litBy, names, takenBy } from '../../../inspector/page/lighting.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { sessionMachine } from '../../../machines/session/session.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'
import { trackerMachine } from '../../../machines/tracker/tracker.ts'

test('the states around a leaf are lit as such', () => {
  const { active, around } = litBy(['peer.handshake.handshaking.awaiting_peer_id', 'peer.talk.heard'])
  expect([...active]).toEqual(['peer.handshake.handshaking.awaiting_peer_id', 'peer.talk.heard'])
  expect([...around].sort()).toEqual(['peer', 'peer.handshake', 'peer.handshake.handshaking', 'peer.talk'])
})

test('a transition is told by source, event, target and guard; without a target it stays where it is', () => {
  expect(takenBy({ took: ['a.b|wire.have|a.c', 'a.b|wire.choke||isOpen'] })).toEqual([
    { source: 'a.b', event: 'wire.have', target: 'a.c', guard: '' },
    { source: 'a.b', event: 'wire.choke', target: '', guard: 'isOpen' },
  ])
})

test('a state is named by its region and what is in it; a chart without regions by the state alone', () => {
  expect(byRegion(['peer.am_choking.choking', 'torrent.life.active.saving.idle', 'group.open'])).toEqual([
    { region: 'am_choking', state: 'choking' },
    { region: 'life', state: 'active.saving.idle' },
    { region: '', state: 'open' },
  ])
})

describe('the lines of an arrow that say what went along it', () => {
  const indent = '\u200b\u00a0\u00a0\u00a0\u00a0'
  const lines = [
    ' wire.bitfield,',
    `${indent}wire.have_all,`,
    `${indent}wire.have_none /`,
    `${indent}notePieces`,
    ' wire.have / tellPieces,',
    `${indent}notePiece`,
    ' after pause [isOpen]',
    ' 1 wire.cancel [isOpen] /',
    `${indent}drop`,
    ' 2 wire.cancel / end',
  ]

  test.each([
    ['wire.have', '', [4, 5]],
    ['wire.have_all', '', [0, 1, 2, 3]],
    ['after pause', 'isOpen', [6]],
    ['wire.cancel', 'isOpen', [7, 8]],
    ['wire.cancel', '', [9]],
    ['notePiece', '', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('%s [%s]: %j', (event, guard, found) => {
    expect(linesNaming(lines, { event, guard })).toEqual(found)
  })
})

// A guard that differs by what it computes from the event has one name.
test.each([
  ['peer', peerMachine, ['torrent.learn [saidWrong]', 'torrent.learn [saidWrong]']],
  ['torrent', torrentMachine, []],
  ['session', sessionMachine, []],
  ['tracker', trackerMachine, []],
])('each transition of the chart of a %s finds its label, and no other', (_, machine, ambiguous) => {
  const { root, transitions } = chartOf(machine)
  const arrows = arrowsOf(transitions)
  const reactions = new Map(statesWithin(root).map((state) => [state.id, reactionsOf(state, transitions, [])]))
  const several = transitions.flatMap((transition) => {
    const { from, to, trigger: event, guard = '' } = transition
    const labels = isReaction(transition)
      ? (reactions.get(from) ?? [])
      : arrows.filter((arrow) => arrow.from === from && to.includes(arrow.to)).flatMap((arrow) => arrow.labels)
    const found = labels.filter((label) => names(label, { event, guard })).length
    expect(found).toBeGreaterThan(0)
    return found > Math.max(1, to.length) ? [`${event} [${guard}]`] : []
  })
  expect(several).toEqual(ambiguous)
})
