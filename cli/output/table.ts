import CliTable from 'cli-table3'
import stringWidth from 'string-width'
import { formatBytes, formatRate, printable } from './format.ts'

/** A table for people. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The columns that go where the terminal is too narrow, the first to go first; before them those that say nothing in any row that is shown. */
  readonly dispensable: readonly string[]
  /** The rows that a terminal shows of those above. Default: all of them. */
  readonly foremost?: readonly (readonly string[])[]
  /** What is to be read from it, in a sentence below it. */
  readonly note?: string
}

/** A table in box-drawing characters, without colours, so that it reads the same in a terminal and in a log. */
export function formatTable({ head, rows }: Pick<Table, 'head' | 'rows'>, colWidths: number[] = []): string {
  const table = new CliTable({ head: [...head], colWidths, style: { head: [], border: [], compact: true } })
  table.push(...rows.map((row) => row.map(printable)))
  return table.toString()
}

/** The text of a table, and below it what is to be read from it. */
export function withNote(text: string, { note }: Pick<Table, 'note'>): string {
  return note === undefined ? text : `${text}\n${printable(note)}`
}

/** Cells that say nothing. */
const nothings: readonly string[] = ['', '0', formatBytes(0), formatRate(0)]

/** As much of a table as fits so many columns of a terminal, with how many rows are not shown. */
export function fitTable(table: Table, columns: number): string {
  const { rows, foremost = rows } = table
  const shown = { head: table.head, rows: foremost }
  const isNothing = (name: string) => foremost.every((row) => nothings.includes(row[table.head.indexOf(name)] ?? ''))
  const empty = table.dispensable.filter(isNothing)
  const others = table.dispensable.filter((name) => !isNothing(name))
  const text = fitColumns(shown, [...empty, ...others], columns)
  return withNote(foremost.length < rows.length ? `${text}\nand ${rows.length - foremost.length} more` : text, table)
}

function fitColumns(table: Pick<Table, 'head' | 'rows'>, dispensable: string[], columns: number): string {
  const text = formatTable(table)
  if (Math.max(...text.split('\n').map((line) => stringWidth(line))) <= columns) return text
  const dropped = table.head.indexOf(dispensable.shift() ?? '')
  // What is left can only be cut, which it is said to be by a `…`.
  if (dropped < 0) return formatTable(table, [Math.max(4, columns - 2)])
  const without = (row: readonly string[]) => row.filter((_, column) => column !== dropped)
  return fitColumns({ head: without(table.head), rows: table.rows.map(without) }, dispensable, columns)
}
