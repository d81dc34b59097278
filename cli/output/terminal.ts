import { createLogUpdate } from 'log-update'
import { describe } from './describe.ts'
import type { CliEvent } from './events.ts'
import { printable } from './format.ts'
import type { Output, Standing, Streams } from './output.ts'
import { standingLines } from './standing-lines.ts'
import { fitTable } from './table.ts'
import { hanging } from './wrapping.ts'

/** DECTCEM: a cursor among lines that change is in the way. */
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
/** Lines of the terminal that stay free: the cursor's, and one for the line scrolled in above. */
const spareRows = 2

/** Of what goes on from the line above. */
const hangingIndent = 2

/**
 * For a terminal: a line for each standing, as many as fit; events, broken between words, scroll by above them. So do warnings where standard error is a
 * terminal too: written there they would stand in the middle of the lines.
 */
export function createTerminalOutput({ stdout, stderr }: Streams): Output {
  const frame = createLogUpdate(stdout, { showCursor: true })
  let standings: readonly Standing[] = []
  let isOpen = false
  // A line as wide as the terminal may be followed by an empty one.
  const columns = ({ columns: all = 80 } = stdout) => all - 1

  const broken = (lines: string, stream = stdout) =>
    lines
      .split('\n')
      .map((line) => hanging(line, columns(stream), hangingIndent))
      .join('\n')

  /** Where standard error is a file or a pipe a line of it stays whole. */
  const toStderr = (line: string) => stderr.write(`${stderr.isTTY === true ? broken(line, stderr) : line}\n`)

  const draw = () => {
    const rows = Math.max(1, (stdout.rows ?? 24) - spareRows)
    frame(shownLines(standings, columns(), rows).join('\n'))
  }
  const close = () => {
    if (!isOpen) return
    isOpen = false
    standings = []
    frame.clear()
    stdout.write(showCursor)
  }

  return {
    event(event) {
      const described = isShown(event) ? describe(event) : undefined
      if (described === undefined) return
      const isWarning = event.event === 'warning'
      const line = isWarning ? `peerchart: ${described}` : described
      if (isWarning && (!isOpen || stderr.isTTY !== true)) toStderr(line)
      else if (!isOpen) stdout.write(`${broken(line)}\n`)
      else {
        frame.persist(broken(line))
        draw()
      }
    },
    standings(now) {
      if (!isOpen) stdout.write(hideCursor)
      isOpen = true
      standings = now
      draw()
    },
    table(table) {
      close()
      if (table.rows.length > 0) stdout.write(`${fitTable(table, columns())}\n`)
    },
    brokenOff(line) {
      close()
      stdout.write(`${printable(line)}\n`)
    },
    close,
  }
}

/** How it goes, and with which peers, the lines show: of hundreds of peers the events would scroll all else away. */
const isShown = ({ event }: CliEvent): boolean => event !== 'progress' && event !== 'hashed' && event !== 'peer'

/** As many lines as there are rows, with how many standings have none. */
function shownLines(standings: readonly Standing[], columns: number, rows: number): readonly string[] {
  const lines = standingLines(standings, columns)
  if (lines.length <= rows) return lines
  for (let count = Math.min(standings.length, rows) - 1; count > 0; count--) {
    const shown = standingLines(standings.slice(0, count), columns)
    if (shown.length < rows) return [...shown, `and ${standings.length - count} more`]
  }
  return [`${standings.length} in all`.slice(0, columns)]
}
