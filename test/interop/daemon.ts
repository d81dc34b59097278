import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Some daemons wait for their trackers' replies when they end. */
const stopGraceMs = 5_000

/** What a daemon prints, as far as people want to read of it; `missing` says whether there is no such program. */
export interface DaemonLog {
  text(): string
  missing(): boolean
}

/** Reads what a daemon prints, from its start on. */
export function collect(daemon: ChildProcess): DaemonLog {
  let text = ''
  let missing = false
  daemon.once('error', () => {
    missing = true
  })
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-2000)
    })
  }
  return { text: () => text, missing: () => missing }
}

/** Ends a daemon: by SIGTERM, and by SIGKILL when that takes too long. */
export async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
  const closed = once(daemon, 'close')
  const timer = setTimeout(() => daemon.kill('SIGKILL'), stopGraceMs)
  daemon.kill('SIGTERM')
  await closed
  clearTimeout(timer)
}
