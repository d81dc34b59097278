import type { Clock } from '../../transport/clock.ts'
import { describe } from './describe.ts'
import type { Output, Streams } from './output.ts'
import { formatTable } from './table.ts'

const progressIntervalMs = 2000

/** Lines for a pipe or a log file: each event as it comes, progress every two seconds a participant; warnings go to standard error. */
export function createPlainOutput({ stdout, stderr }: Streams, clock: Clock): Output {
  const nextProgressAt = new Map<string | undefined, number>()
  return {
    event(event) {
      const now = clock.now()
      if (event.event === 'progress') {
        if (now < (nextProgressAt.get(event.participant) ?? 0)) return
        nextProgressAt.set(event.participant, now + progressIntervalMs)
      }
      const line = describe(event)
      if (event.event === 'warning') stderr.write(`peerchart: ${line}\n`)
      else if (line !== undefined) stdout.write(`${line}\n`)
    },
    standings() {},
    table(head, rows) {
      if (rows.length > 0) stdout.write(`${formatTable(head, rows)}\n`)
    },
    close() {},
  }
}
