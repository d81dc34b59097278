import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How a process ended: its exit code, or the signal that killed it. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The least that a line of output says. */
export interface JsonEvent {
  readonly event: string
}

/** A running program that prints one JSON object a line. `E` is trusted: the programs under test are ours. */
export interface JsonProcess<E extends JsonEvent> {
  readonly pid: number
  /** Everything printed so far, in order. */
  readonly events: readonly E[]
  /** All events of one name so far, in order. */
  all<N extends E['event']>(name: N): Extract<E, { event: N }>[]
  /**
   * The first event of that name, past or to come, that `matches`. Rejects when the process ends or `timeoutMs` pass first,
   * with the last events and the end of standard error in the message.
   */
  waitFor<N extends E['event']>(
    name: N,
    matches?: (event: Extract<E, { event: N }>) => boolean,
    timeoutMs?: number,
  ): Promise<Extract<E, { event: N }>>
  /** Everything on standard error so far. */
  stderr(): string
  /** Writes a line to its standard input. */
  send(line: string): void
  /** The end, with output read to the last line. Rejects when a line of output was not a JSON event. */
  ended(): Promise<ProcessEnd>
  /** Sends `signal` and waits for the end, which SIGKILL brings after `graceMs`. No-op on a process that has ended. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<ProcessEnd>
}

/** Longest wait for one event: a 64 MiB transfer takes seconds, and a slow machine some more. */
const eventTimeoutMs = 60_000

/** Longest wait for a process that was asked to end. */
const stopGraceMs = 10_000

interface Waiter<E> {
  check(event: E): void
  end(): void
}

/** Starts `command` with `args`; `name` stands in messages. What cannot be started rejects every wait with `ifMissing`. */
export function startJsonProcess<E extends JsonEvent>(
  name: string,
  command: string,
  args: readonly string[],
  ifMissing: string,
): JsonProcess<E> {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const events: E[] = []
  const waiters = new Set<Waiter<E>>()
  let stderr = ''
  let stray: string | undefined
  let end: ProcessEnd | undefined

  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error(`${name}: no pipes`)
  // A process that is already gone breaks the pipe; `ended` tells what there is to tell.
  stdin.on('error', () => {})
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  createInterface({ input: stdout }).on('line', (line) => {
    const event = parseEvent<E>(line)
    if (event === undefined) {
      stray ??= line
      return
    }
    events.push(event)
    for (const waiter of [...waiters]) waiter.check(event)
  })
  const ending = new Promise<ProcessEnd>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      end = { code, signal }
      for (const waiter of [...waiters]) waiter.end()
      resolve(end)
    }
    child.once('error', () => {
      stderr += ifMissing
      finish(null, null)
    })
    child.once('close', finish)
  })

  const failure = (what: string): Error => {
    const last = events.slice(-5).map((event) => JSON.stringify(event))
    return new Error([`${name} ${what}`, ...last, stderr.slice(-2000).trim()].filter(Boolean).join('\n'))
  }
  const endedText = (): string => `ended with ${end?.signal ?? `code ${end?.code}`}`

  return {
    pid: child.pid ?? 0,
    events,
    all: <N extends E['event']>(wanted: N) =>
      events.filter((event): event is Extract<E, { event: N }> => event.event === wanted),
    waitFor: <N extends E['event']>(
      wanted: N,
      matches: (event: Extract<E, { event: N }>) => boolean = () => true,
      timeoutMs = eventTimeoutMs,
    ) => {
      const isWanted = (event: E): event is Extract<E, { event: N }> =>
        event.event === wanted && matches(event as Extract<E, { event: N }>)
      return new Promise<Extract<E, { event: N }>>((resolve, reject) => {
        const past = events.find(isWanted)
        if (past !== undefined) return resolve(past)
        if (end !== undefined) return reject(failure(`${endedText()} before '${wanted}'`))
        const settle = (run: () => void): void => {
          clearTimeout(timer)
          waiters.delete(waiter)
          run()
        }
        const timer = setTimeout(
          () => settle(() => reject(failure(`printed no '${wanted}' within ${timeoutMs} ms`))),
          timeoutMs,
        )
        const waiter: Waiter<E> = {
          check: (event) => {
            if (isWanted(event)) settle(() => resolve(event))
          },
          end: () => settle(() => reject(failure(`${endedText()} before '${wanted}'`))),
        }
        waiters.add(waiter)
      })
    },
    stderr: () => stderr,
    send: (line) => {
      stdin.write(`${line}\n`)
    },
    ended: async () => {
      const how = await ending
      if (stray !== undefined) throw failure(`printed a line that is no JSON event: ${stray}`)
      return how
    },
    stop: async (signal = 'SIGTERM', graceMs = stopGraceMs) => {
      if (end === undefined) child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      const how = await ending
      clearTimeout(timer)
      return how
    },
  }
}

function parseEvent<E extends JsonEvent>(line: string): E | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isEvent(value) ? (value as E) : undefined
  } catch {
    return undefined
  }
}

function isEvent(value: unknown): value is JsonEvent {
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string'
}
