import type { Clock } from '../../transport/clock.ts'
import { describe, describeAwaiting, describeChecking } from './describe.ts'
import type { Output, Streams } from './output.ts'
import { formatTable, type Table, withNotes } from './table.ts'

const progressIntervalMs = 2000

/**
 * Lines for a pipe or a log file: each event as it comes, progress every two seconds a participant or torrent; warnings go to standard error.
 * What is there is not known before it has been checked: until then one line says so, and before that, of a magnet link, that its metadata is
 * awaited. The connections that end after the closing summary
 * have no line, as they would bury it.
 */
export function createPlainOutput({ stdout, stderr }: Streams, clock: Clock): Output {
  const nextProgressAt = new Map<string | undefined, number>()
  const checking = new Map<string | undefined, 'told' | 'over'>()
  let isSummedUp = false
  const writeTable = (table: Table) => {
    isSummedUp = true
    if (table.rows.length > 0) stdout.write(`${withNotes(formatTable(table), table)}\n`)
  }
  return {
    event(event) {
      const now = clock.now()
      const whose = event.participant ?? event.torrent
      if (event.event === 'peer' && event.state === 'closed' && isSummedUp) return
      if (event.event === 'verified') checking.set(whose, 'over')
      if (event.event === 'progress' && event.total > 0 && checking.get(whose) !== 'over') {
        if (!checking.has(whose)) stdout.write(`${describeChecking(event)}\n`)
        checking.set(whose, 'told')
        return
      }
      if (event.event === 'progress' || event.event === 'hashed') {
        if (now < (nextProgressAt.get(whose) ?? 0)) return
        nextProgressAt.set(whose, now + progressIntervalMs)
      }
      const isAwaiting = event.event === 'progress' && event.total === 0 && checking.get(whose) !== 'over'
      const line = isAwaiting ? describeAwaiting(event) : describe(event)
      if (event.event === 'warning') stderr.write(`peerchart: ${line}\n`)
      else if (line !== undefined) stdout.write(`${line}\n`)
    },
    standings() {},
    table: writeTable,
    brokenOff: (_, table) => writeTable(table),
    close() {},
  }
}
