import { expect, test } from 'vitest'
import { buttonTitles, lanesOf, shortTitleOf, titleOf } from '../../../inspector/page/lanes.ts'
import { Known } from '../../../inspector/page/store.ts'
import type { ActorRow } from '../../../inspector/protocol/protocol.ts'
import { actor, firstBatch, ids, peerActor, peerId, peerRow, saidRows, transportId } from './made-up.ts'

const known = new Known(() => undefined)
known.apply(firstBatch(5))
const { actors } = known
const names = (of: number, pairs: readonly (readonly [number, number])[]) =>
  lanesOf(
    of,
    saidRows(
      pairs.map(([from, to]) => [from, to, 'x', '']),
      1,
      0,
    ),
    actors,
  ).map(({ name }) => name)

test('lanes stand from the wire inwards, the program last', () => {
  const peer = peerId(0)
  const pairs = [
    [0, peer],
    [peer, ids.torrent],
    [transportId(0), peer],
  ] as const
  expect(names(peer, pairs)).toEqual([
    `transport of ${peerRow(0).address}`,
    peerRow(0).address,
    'torrent 1846bf65',
    'the program',
  ])
})

test('more than two of a role share a lane; two do not', () => {
  const heard = (count: number) => Array.from({ length: count }, (_, i) => [peerId(i), ids.core] as const)
  expect(names(ids.core, heard(2))).toHaveLength(3)
  expect(names(ids.core, heard(5))).toEqual(['5 peers', 'core of 1846bf65'])
})

test('an actor is called by its name, with its role where that does not say it, by its role alone from its peer', () => {
  expect(titleOf(ids.torrent, actors)).toBe('torrent 1846bf65')
  expect(titleOf(peerId(1), actors)).toBe(`peer ${peerRow(1).address}`)
  expect(titleOf(0, actors)).toBe('the program')
  expect(titleOf(99_999, actors)).toBe('one forgotten')
  expect(shortTitleOf(transportId(0), peerActor(0, peerRow(0)), actors)).toBe('transport')
  expect(shortTitleOf(ids.core, peerActor(0, peerRow(0)), actors)).toBe('core of 1846bf65')
})

test('actors have buttons with titles of their own, also where torrents of one info hash are many', () => {
  const row = (id: number, role: ActorRow['role'], name: string, parent = 0) => actor(id, role, name, parent)
  const titles = (...rows: readonly ActorRow[]) => [
    ...buttonTitles(rows, new Map(rows.map((one) => [one.id, one]))).values(),
  ]
  const one = [row(1, 'torrent', 'torrent 1846bf65 :6881'), row(2, 'core', 'core', 1)]
  expect(titles(...one)).toEqual(['torrent 1846bf65 :6881', 'core'])
  expect(
    titles(
      ...one,
      row(3, 'torrent', 'torrent 1846bf65 :6882'),
      row(4, 'core', 'core', 3),
      row(5, 'torrent', 'torrent 1846bf65'),
      row(6, 'torrent', 'torrent 1846bf65'),
    ),
  ).toEqual([
    'torrent 1846bf65 :6881',
    'core 1846bf65 :6881',
    'torrent 1846bf65 :6882',
    'core 1846bf65 :6882',
    'torrent 1846bf65',
    'torrent 1846bf65 · 2',
  ])
})
