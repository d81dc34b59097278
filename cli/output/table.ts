import CliTable from 'cli-table3'
import stringWidth from 'string-width'
import { formatBytes, formatRate, printable } from './format.ts'
import { hanging } from './wrapping.ts'

/** A table for people. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The columns that go where the terminal is too narrow, the first to go first; before them those that say nothing in any row that is shown. */
  readonly dispensable: readonly string[]
  /** The rows that a terminal shows of those above. Default: all of them. */
  readonly foremost?: readonly (readonly string[])[]
  /** Whether what a row has in such a column is then written below the row. Default: it is not. */
  readonly keeps?: (row: readonly string[]) => boolean
  /** What is to be read from it, in sentences below it, a line each. */
  readonly notes?: readonly string[]
}

/** A row, and what stands below it for want of room, over all columns: of one that keeps what it has, what went. */
interface Row {
  readonly cells: readonly string[]
  readonly keeps: boolean
  readonly below: readonly string[]
}

/** A table in box-drawing characters, without colours, so that it reads the same in a terminal and in a log. */
export function formatTable({ head, rows }: Pick<Table, 'head' | 'rows'>): string {
  return formatRows(head, rows.map(rowOf(() => false)))
}

const rowOf =
  (keeps: NonNullable<Table['keeps']>) =>
  (cells: readonly string[]): Row => ({ cells, keeps: keeps(cells), below: [] })

function formatRows(head: readonly string[], rows: readonly Row[], colWidths: number[] = []): string {
  const table = new CliTable({ head: [...head], colWidths, style: { head: [], border: [], compact: true } })
  table.push(...rows.map(({ cells }) => cells.map(printable)))
  const text = table.toString()
  if (rows.every(({ below }) => below.length === 0)) return text
  const width = widthOf(text)
  // Above the rows are the head, and a rule above and below it.
  return text
    .split('\n')
    .flatMap((line, at) => [line, ...(rows[at - 3]?.below ?? []).flatMap((words) => spanning(words, width))])
    .join('\n')
}

/** Words over all columns of a table of that width, broken between words, and within one that is wider than the table. */
function spanning(words: string, width: number): string[] {
  const inner = width - 4
  return hanging(`  ${printable(words)}`, inner, 2)
    .split('\n')
    .flatMap((line) => chopped(line, inner))
    .map((line) => `│ ${line}${' '.repeat(Math.max(0, inner - stringWidth(line)))} │`)
}

/** A line in parts of at most so many columns, indented by two. */
function chopped(line: string, columns: number): readonly string[] {
  const lines: string[] = []
  let begun = ''
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (stringWidth(begun + segment) > columns) {
      lines.push(begun)
      begun = '  '
    }
    begun += segment
  }
  return [...lines, begun]
}

const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => stringWidth(line)))

/** The text of a table, and below it what is to be read from it, a line each, or so many columns wide. */
export function withNotes(
  text: string,
  { notes = [] }: Pick<Table, 'notes'>,
  columns = Number.POSITIVE_INFINITY,
): string {
  return [text, ...notes.map((note) => hanging(printable(note), columns, 2))].join('\n')
}

/** Cells that say nothing. */
const nothings: readonly string[] = ['', '0', formatBytes(0), formatRate(0)]

/** As much of a table as fits so many columns of a terminal, with how many rows are not shown. */
export function fitTable(table: Table, columns: number): string {
  const { dispensable, head, rows, foremost = rows, keeps = () => false } = table
  const isNothing = (name: string) => foremost.every((row) => nothings.includes(row[head.indexOf(name)] ?? ''))
  const empty = dispensable.filter(isNothing)
  const others = dispensable.filter((name) => !isNothing(name))
  const text = fitColumns(head, foremost.map(rowOf(keeps)), [...empty, ...others], columns)
  const more = foremost.length < rows.length ? [`and ${rows.length - foremost.length} more`] : []
  return withNotes([text, ...more].join('\n'), table, columns)
}

function fitColumns(head: readonly string[], rows: readonly Row[], dispensable: string[], columns: number): string {
  const text = formatRows(head, rows)
  const excess = widthOf(text) - columns
  if (excess <= 0) return text
  const dropped = head.indexOf(dispensable.shift() ?? '')
  // What is left can only be cut, which it is said to be by a `…`.
  if (dropped < 0) return formatRows(head, rows, [Math.max(4, firstWidth(text) - excess)])
  const without = (cells: readonly string[]) => cells.filter((_, column) => column !== dropped)
  const fewer = rows.map(({ cells, keeps, below }): Row => {
    const kept = keeps ? [cells[dropped] ?? ''] : []
    return { cells: without(cells), keeps, below: [...below, ...kept] }
  })
  return fitColumns(without(head), fewer, dispensable, columns)
}

/** How wide the first column of a table is, its padding with it. */
const firstWidth = (text: string): number => /─+/.exec(text)?.[0].length ?? 0
