import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { fitTable, type Table } from '../../../cli/output/table.ts'

const table: Table = {
  head: ['peer', 'client', 'down', 'state'],
  rows: [
    ['203.0.113.207:51413 out', 'qBittorrent 4.6.5', '329.1 KiB', 'open'],
    ['[2001:db8:1111:2222:3333:4444:5555:6666]:51413 in', '日本語', '0 B', 'closed: remote.not_reading'],
  ],
  dispensable: ['client', 'state', 'down'],
}
const headOf = (text: string) => text.split('\n')[1]?.match(/\w+/g)

test.each([
  [200, ['peer', 'client', 'down', 'state']],
  [105, ['peer', 'down', 'state']],
  [80, ['peer', 'down']],
  [60, ['peer']],
  [40, ['peer']],
])('in %i columns a table has as many columns as fit, the first to go first', (columns, head) => {
  const text = fitTable(table, columns)
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns)
  expect(headOf(text)).toEqual(head)
})

test('what a row keeps stands below it, broken between words, where its column has no room', () => {
  const keeps = ([, , , state]: readonly string[]) => state !== 'open'
  const [head, , , first, second, ...kept] = fitTable({ ...table, keeps }, 70)
    .split('\n')
    .slice(0, -1)
  expect(head).toMatch(/^┌─+┬─+┐$/)
  expect([first, second].map((line) => line?.match(/\S+/g)?.[1])).toEqual(['203.0.113.207:51413', expect.any(String)])
  expect(kept).toEqual(
    ['  日本語', '  closed: remote.not_reading'].map((words) => {
      const space = stringWidth(head ?? '') - 4 - stringWidth(words)
      return `│ ${words}${' '.repeat(space)} │`
    }),
  )
  expect(fitTable({ ...table, keeps }, 200)).toBe(fitTable(table, 200))
})

test('what no column can be dropped for is cut in the first, so that the others stay', () => {
  const text = fitTable({ ...table, dispensable: ['client'] }, 60)
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBe(60)
  expect(headOf(text)).toEqual(['peer', 'down', 'state'])
  expect(text).toContain('closed: remote.not_reading')
})

test.each([
  [60, ['peer', 'up', 'down', 'state']],
  [45, ['peer', 'down', 'state']],
])('in %i columns those go first that are empty or zero in all rows that are shown', (columns, head) => {
  const some = {
    head: ['peer', 'up', 'down', 'speed', 'turns', 'state', 'note'],
    rows: [
      ['203.0.113.207:1 out', '1.0 MiB', '329.1 KiB', '0 B/s', '0', 'open', ''],
      ['203.0.113.208:1 out', '0 B', '1.0 KiB', '0 B/s', '0', 'open', ''],
    ],
    dispensable: ['up', 'speed', 'note', 'turns', 'down', 'state'],
  }
  expect(headOf(fitTable(some, columns))).toEqual(head)
  const { rows } = some
  expect(headOf(fitTable({ ...some, foremost: rows.slice(1) }, columns)), 'nothing sent').not.toContain('up')
})

test('of many rows the foremost are shown, and how many more there are', () => {
  const text = fitTable({ ...table, foremost: table.rows.slice(1) }, 200)
  expect(text).not.toContain('203.0.113.207')
  expect(text).toMatch(/remote\.not_reading.*\nand 1 more$/s)
})

test('a word below a row that is wider than the table is broken, and cuts no column', () => {
  const keeps = () => true
  const digits = '0123456789abcdef'.repeat(5)
  const rows = [['203.0.113.207:51413 out', `not ${digits} 日本`, '0 B', 'open']]
  const lines = fitTable({ ...table, rows, keeps, dispensable: ['client'] }, 60).split('\n')
  const width = stringWidth(lines[0] ?? '')
  expect(lines.map((line) => stringWidth(line))).toEqual(lines.map(() => width))
  expect(lines[3]).toContain('203.0.113.207:51413 out')
  expect(lines.slice(4, -1).join('').replace(/[│ ]/g, '')).toBe(`not${digits}日本`)
})

test('a sentence stands below the table, broken between words where the terminal is narrower', () => {
  const note = 'All of it is there, and everybody has what was asked for.'
  const below = (columns: number) =>
    fitTable({ ...table, notes: [note] }, columns)
      .split('\n└')
      .at(-1)
      ?.split('\n')
      .slice(1)
  expect(below(100)).toEqual([note])
  expect(below(40)).toEqual(['All of it is there, and everybody has', '  what was asked for.'])
})
