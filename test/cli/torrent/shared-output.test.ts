import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { Output } from '../../../cli/output/output.ts'
import { fitTable, type Table } from '../../../cli/output/table.ts'
import { peerTable } from '../../../cli/torrent/peer-table.ts'
import { shareOutput } from '../../../cli/torrent/shared-output.ts'
import { peerSummary } from '../fake-torrent.ts'

/** The closing table of two torrents, the second of which was broken off. */
function closing(): Table {
  const tables: Table[] = []
  const output: Output = {
    event() {},
    standings() {},
    table: (table) => void tables.push(table),
    brokenOff: (_, table) => void tables.push(table),
    close() {},
  }
  const shared = shareOutput(output)
  const [first, second] = [shared.open(), shared.open()]
  first.mark('ab'.repeat(20))
  second.mark('cd'.repeat(20))
  first.output.table(peerTable([peerSummary(), peerSummary({ rateDown: 5 })]))
  second.output.brokenOff('', peerTable([peerSummary()]))
  shared.close()
  const [table] = tables
  if (!table) throw new Error('there is no table')
  return table
}

test('the closing table of several torrents says which one a row is of', () => {
  const { head, rows, foremost = [] } = closing()
  expect(head.slice(0, 2)).toEqual(['torrent', 'peer'])
  for (const some of [rows, foremost]) {
    expect(some.map(([torrent]) => torrent)).toEqual(['abababab', 'abababab', 'cdcdcdcd'])
    for (const row of some) expect(row).toHaveLength(head.length)
  }
})

test.each([
  [40, ['torrent', 'peer']],
  [80, ['torrent', 'peer', 'down', 'rate down', 'state']],
  [200, closing().head],
])('in %i columns that table fits, and says it still', (columns, head) => {
  const text = fitTable(closing(), columns)
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns)
  const cells = text.split('\n')[1]?.split('│').slice(1, -1)
  expect(cells?.map((cell) => cell.trim())).toEqual(head)
})
