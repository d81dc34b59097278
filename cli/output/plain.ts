import type { Clock } from '../../transport/clock.ts'
import { describe } from './describe.ts'
import type { Output, Streams } from './output.ts'
import { formatTable, type Table } from './table.ts'

const progressIntervalMs = 2000

/** Lines for a pipe or a log file: each event as it comes, progress every two seconds a participant or torrent; warnings go to standard error. */
export function createPlainOutput({ stdout, stderr }: Streams, clock: Clock): Output {
  const nextProgressAt = new Map<string | undefined, number>()
  const writeTable = (table: Table) => {
    if (table.rows.length > 0) stdout.write(`${formatTable(table)}\n`)
  }
  return {
    event(event) {
      const now = clock.now()
      if (event.event === 'progress' || event.event === 'hashed') {
        const whose = event.participant ?? event.torrent
        if (now < (nextProgressAt.get(whose) ?? 0)) return
        nextProgressAt.set(whose, now + progressIntervalMs)
      }
      const line = describe(event)
      if (event.event === 'warning') stderr.write(`peerchart: ${line}\n`)
      else if (line !== undefined) stdout.write(`${line}\n`)
    },
    standings() {},
    table: writeTable,
    brokenOff: (_, table) => writeTable(table),
    close() {},
  }
}
