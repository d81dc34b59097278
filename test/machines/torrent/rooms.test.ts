import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codeIn, rowsOf, section } from '../../docs/manual.ts'
import { filesBelow, importsOf } from '../../source-tree.ts'
import { ownedBy } from './owned-by.ts'

/** Each row of the table of rooms: the room, the facts that it owns, and the rooms that it imports. */
const rows = rowsOf(section('machines/README.md', 'The rooms of a torrent')).map((row) => {
  const [, room, , owns, imports] = row.split('|')
  return { room: codeIn(room)[0] ?? '', owns: codeIn(owns), imports: codeIn(imports) }
})
const rooms = rows.map(({ room }) => room)

const folderOf = (path: string): string => posix.relative('machines/torrent', posix.dirname(path))
const files = filesBelow('machines/torrent')

test('machines/README.md lists every room of a torrent', () => {
  const folders = new Set(files.map(folderOf))
  expect([...rooms].sort()).toEqual([...folders].filter((folder) => folder !== '').sort())
})

describe.each(rows)('the room $room', ({ room, owns, imports }) => {
  test('imports the rooms that the table names, all above it', () => {
    const imported = files
      .filter((path) => folderOf(path) === room)
      .flatMap(importsOf)
      .map(({ to }) => folderOf(to))
      .filter((folder) => folder !== room && rooms.includes(folder))
    expect([...new Set(imported)].sort()).toEqual(imports)
    expect(imports.filter((one) => rooms.indexOf(one) >= rooms.indexOf(room))).toEqual([])
  })

  test('owns the facts that the table names', () => {
    expect([...owns].sort()).toEqual([...(ownedBy.get(room) ?? [])].sort())
  })
})
