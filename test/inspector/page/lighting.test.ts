import { describe, expect, test } from 'vitest'
import { byRegion, linesNaming, litBy, takenBy } from '../../../inspector/page/lighting.ts'

test('the states around a leaf are lit as such', () => {
  const { active, around } = litBy(['peer.handshake.handshaking.awaiting_peer_id', 'peer.talk.heard'])
  expect([...active]).toEqual(['peer.handshake.handshaking.awaiting_peer_id', 'peer.talk.heard'])
  expect([...around].sort()).toEqual(['peer', 'peer.handshake', 'peer.handshake.handshaking', 'peer.talk'])
})

test('a transition is told by source, event and target; without a target it stays where it is', () => {
  expect(takenBy({ took: ['a.b|wire.have|a.c', 'a.b|wire.choke|'] })).toEqual([
    { source: 'a.b', event: 'wire.have', target: 'a.c' },
    { source: 'a.b', event: 'wire.choke', target: '' },
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
  ]

  test.each([
    ['wire.have', [4, 5]],
    ['wire.have_all', [0, 1, 2, 3]],
    ['after pause', [6]],
    ['notePiece', [0, 1, 2, 3, 4, 5, 6]],
  ])('%s: %j', (event, found) => {
    expect(linesNaming(lines, event)).toEqual(found)
  })
})
