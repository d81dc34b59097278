import Table from 'cli-table3'
import { printable } from './format.ts'

/** A table in box-drawing characters, without colours, so that it reads the same in a terminal and in a log. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } })
  table.push(...rows.map((row) => row.map(printable)))
  return table.toString()
}
