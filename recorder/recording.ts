import type { InspectionEvent } from 'xstate'
import type { Recorder } from '../actors/recording.ts'
import { clientVersion } from '../actors/version.ts'
import type { Clock } from '../transport/clock.ts'
import { seededRandom } from '../transport/random.ts'
import { type Continuation, type Header, type Missing, type Remote, recordVersion } from './entries.ts'
import { lineOf } from './lines.ts'
import { changes, type RegionStates, type Step, Tap } from './tap.ts'
import type { Manner } from './values.ts'

/** Where lines go. */
export interface Sink {
  /** Takes a line, or has no room for it and says so. */
  write(line: string): boolean
  /** Nothing is written any more. */
  readonly isOver: boolean
  /** Resolves when all that was taken is written, or cannot be. */
  close(): Promise<void>
}

/** What a recording is made with. */
export interface RecordingParts {
  readonly manner: Manner
  /** What tells this record from others. */
  readonly id: string
  /** A seed for a torrent's chance: a whole number. */
  seed(): number
  /** The time of the wall clock (ISO 8601). */
  time(): string
  /** Opens the sink; `head` says what each file begins with, in at most so many bytes. */
  sink(head: (segment: number, bytesMax: number) => string): Sink
}

/** A connection that is being recorded. */
interface Line {
  readonly number: number
  remote: Remote | undefined
  /** Its next step. */
  steps: number
}

/** Records what happens to connections. Nothing here knows a file or a clock of its own. */
export function recording({ manner, id, seed, time, sink: open }: RecordingParts): Recorder {
  /** Connections that stand and are recorded. */
  const live = new Set<Line>()
  const untold: Missing[] = []
  let lostConnections = 0
  let connections = 0
  let starts = 0
  let isClosed = false
  let now = (): number => 0

  const head = (segment: number, bytesMax: number): string => {
    const header: Header = {
      record: 'peerchart',
      version: recordVersion,
      id,
      segment,
      by: clientVersion,
      time: time(),
      addresses: manner.privacy.dropsUnknown ? 'replaced' : 'kept',
      payloads: manner.payloads,
    }
    let text = lineOf(JSON.stringify(header))
    for (const line of live) {
      const { number, remote, steps } = line
      if (!remote) continue
      const continues: Continuation = { continues: number, step: steps, remote }
      const told = lineOf(JSON.stringify(continues))
      if (Buffer.byteLength(text) + Buffer.byteLength(told) <= bytesMax) text += told
      else lose(line, steps)
    }
    return text
  }
  const sink = open(head)

  const write = (json: string): boolean => !isClosed && tellMissing() && sink.write(lineOf(json))

  /** What had no room is told as soon as there is some. */
  function tellMissing(): boolean {
    if (lostConnections > 0) {
      const lost: Missing = { missing: 'connections', count: lostConnections }
      if (!sink.write(lineOf(JSON.stringify(lost)))) return false
      lostConnections = 0
    }
    for (let next = untold[0]; next; next = untold[0]) {
      if (!sink.write(lineOf(JSON.stringify(next)))) return false
      untold.shift()
    }
    return true
  }

  /** From a step on nothing is recorded of a connection. */
  function lose(line: Line, step: number): void {
    live.delete(line)
    if (step === 0) lostConnections++
    else untold.push({ missing: line.number, from: step })
  }

  const torrents = new WeakMap<object, { readonly number: number; states: RegionStates }>()
  let torrentCount = 0

  const tap = new Tap<Line>({
    manner,
    now: () => now(),
    opened() {
      const line: Line = { number: connections++, remote: undefined, steps: 0 }
      live.add(line)
      return line
    },
    step(line, step) {
      // A write may turn the file, whose head says up to where the connection was told before: not yet this step.
      const isTold = live.has(line) && write(stepJson(line.number, step))
      line.steps = step.number + 1
      line.remote ??= remoteIn(step)
      if (!isTold && live.has(line)) lose(line, step.number)
      return live.has(line)
    },
    ended(line, at) {
      if (live.delete(line) && !write(`{"ended":${line.number},"at":${at}}`)) lose(line, line.steps)
    },
    torrent(actor, at, event, state) {
      const known = torrents.get(actor) ?? { number: torrentCount++, states: {} }
      torrents.set(actor, known)
      const changed = changes(known.states, state)
      known.states = state
      if (Object.keys(changed).length > 0) write(JSON.stringify({ torrent: known.number, at, event, state: changed }))
    },
  })

  /** Where nothing is written any more, nothing is made of the events. */
  const inspect = (event: InspectionEvent) => {
    if (!isClosed && !sink.isOver) tap.inspect(event)
  }

  return {
    attach({ clock, random }) {
      const own = random === undefined ? seed() : null
      now = () => clock.now()
      write(JSON.stringify({ started: starts++, at: clock.now(), seed: own }))
      return {
        inspect: inspectUnder(clock, inspect, (at) => {
          now = at
        }),
        random: random ?? seededRandom(own ?? 0),
      }
    },
    async close() {
      tellMissing()
      isClosed = true
      live.clear()
      await sink.close()
    },
  }
}

/** The time of an event is that of the system it happens in. */
function inspectUnder(
  clock: Clock,
  inspect: (event: InspectionEvent) => void,
  setTime: (now: () => number) => void,
): (event: InspectionEvent) => void {
  const now = () => clock.now()
  return (event) => {
    setTime(now)
    inspect(event)
  }
}

function stepJson(of: number, { number, at, event, said, state }: Step): string {
  const states = JSON.stringify(state)
  return (
    `{"of":${of},"step":${number},"at":${at},"event":${event}` +
    `${said.length > 0 ? `,"said":[${said.join(',')}]` : ''}${states === '{}' ? '' : `,"state":${states}`}}`
  )
}

/** Where a connection leads, from the first step of its peer. */
function remoteIn({ event }: Step): Remote | undefined {
  const {
    input,
  }: { readonly input?: { readonly link: { readonly address: Remote; readonly direction: 'in' | 'out' } } } =
    JSON.parse(event)
  return input && { host: input.link.address.host, port: input.link.address.port, direction: input.link.direction }
}
