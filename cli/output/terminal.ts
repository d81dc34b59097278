import cliProgress from 'cli-progress'
import { describe } from './describe.ts'
import { formatRate, printable } from './format.ts'
import type { Output, Standing, Streams } from './output.ts'
import { formatTable } from './table.ts'

const nameColumns = 21
const rateColumns = 10
/** The line scrolled in stands where a bar stood, which may have been longer (ECMA-48, EL). */
const clearToEndOfLine = '\u001b[K'
/** Lines of the terminal that stay free of bars: the cursor's, and one for the line scrolled in above. */
const spareRows = 2

function columns(standing: Standing): Record<string, string> {
  return {
    name: printable(standing.name).slice(0, nameColumns).padEnd(nameColumns),
    down: formatRate(standing.rateDown).padStart(rateColumns),
    up: formatRate(standing.rateUp).padStart(rateColumns),
    note: printable(standing.note),
  }
}

/**
 * For a terminal: one progress bar a standing, as many as fit; events scroll by above them. So do warnings where standard error is a
 * terminal too: written there they would stand in the middle of the bars.
 */
export function createTerminalOutput({ stdout, stderr }: Streams): Output {
  const bars = new Map<string, cliProgress.SingleBar>()
  let multiBar: cliProgress.MultiBar | undefined

  const open = () =>
    new cliProgress.MultiBar(
      {
        stream: stdout,
        format: '{name} {bar} {percentage}% {value}/{total} ↓{down} ↑{up} {note}',
        barsize: 16,
        autopadding: true,
        hideCursor: true,
        emptyOnZero: true,
        // Signals are the command's to handle: it ends the bars when the torrent has stopped.
        gracefulExit: false,
      },
      cliProgress.Presets.shades_classic,
    )

  const close = () => {
    // Writes the lines that wait to be scrolled in, which stop() would drop.
    multiBar?.update()
    multiBar?.stop()
    multiBar = undefined
    bars.clear()
  }

  return {
    event(event) {
      const described = event.event === 'progress' ? undefined : describe(event)
      if (described === undefined) return
      const isWarning = event.event === 'warning'
      const line = isWarning ? `peerchart: ${described}` : described
      if (isWarning && (multiBar === undefined || stderr.isTTY !== true)) stderr.write(`${line}\n`)
      else if (multiBar === undefined) stdout.write(`${line}\n`)
      else multiBar.log(line.replace(/$/gm, clearToEndOfLine).concat('\n'))
    },
    standings(standings) {
      multiBar ??= open()
      const shown = standings.slice(0, Math.max(1, (stdout.rows ?? 24) - spareRows))
      for (const [name, bar] of bars) {
        if (shown.some((standing) => standing.name === name)) continue
        multiBar.remove(bar)
        bars.delete(name)
      }
      for (const standing of shown) {
        const bar = bars.get(standing.name)
        if (bar === undefined) {
          bars.set(standing.name, multiBar.create(standing.total, standing.pieces, columns(standing)))
        } else {
          // Of a magnet link the total comes later.
          bar.setTotal(standing.total)
          bar.update(standing.pieces, columns(standing))
        }
      }
      multiBar.update()
    },
    table(head, rows) {
      close()
      if (rows.length > 0) stdout.write(`${formatTable(head, rows)}\n`)
    },
    close,
  }
}
