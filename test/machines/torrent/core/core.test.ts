import { expect, test } from 'vitest'
import { filesBelow, read } from '../../../source-tree.ts'
import { aTorrent } from '../a-torrent.ts'
import { ownedBy } from '../owned-by.ts'

const fields = [...ownedBy.values()].flat()

test('a fact of the core is of one room', () => {
  expect(fields.filter((field, i) => fields.indexOf(field) !== i)).toEqual([])
})

test('the core is what its rooms own, and nothing else', () => {
  expect(Object.keys(aTorrent().core).sort()).toEqual([...fields].sort())
})

test('a fact is written by its room alone', () => {
  const writing = /\b(?:core|content)\.(\w+) ?(?:=(?![=>])|[+-]=|\?\?=|\+\+|--)/g
  const writings = filesBelow('machines/torrent').flatMap((path) =>
    Array.from(read(path).matchAll(writing), ([, field = '']) => ({ field, room: path.split('/')[2] ?? '' })),
  )
  expect(writings.length).toBeGreaterThan(40)
  expect(writings.filter(({ field, room }) => !ownedBy.get(room)?.includes(field))).toEqual([])
})

test('a part of the record of a peer is written by the rooms that stand above it', () => {
  const [, record = ''] =
    /interface PeerRecord \{\n([\s\S]*?)\n\}/.exec(read('machines/torrent/peers/peer-table.ts')) ?? []
  const writers = new Map(
    record.split('\n\n').flatMap((part) => {
      const rooms = /\/\/ (.*)/.exec(part)?.[1]?.split(', ') ?? []
      return Array.from(part.matchAll(/^ {2}(?:readonly )?(\w+):/gm), ([, field = '']) => [field, rooms] as const)
    }),
  )
  const writing = /\brecord\.(\w+)(?: ?(?:=(?![=>])|[+-]=|\?\?=|\+\+|--)|\.(?:add|delete|push|forget)\()/g
  const writings = filesBelow('machines/torrent').flatMap((path) =>
    Array.from(read(path).matchAll(writing), ([, field = '']) => ({ field, room: path.split('/')[2] ?? '' })),
  )
  expect(writings.length).toBeGreaterThan(20)
  expect(writings.filter(({ field, room }) => !writers.get(field)?.includes(room))).toEqual([])
})
