import type { InspectionEvent } from 'xstate'
import type { Context } from '../context/context.ts'

/** What `createTorrent` takes as `inspect`. */
export type Inspect = (event: InspectionEvent) => void

/** How a command shows its actors. */
export interface Inspecting {
  /** As the command line has it: a port, true for any, undefined for no inspector. */
  readonly port: number | true | undefined
  /** Types of events that a user of the page may send. Default: none. */
  readonly allow?: readonly string[]
  /** Whether the command ends no sooner than the last page that is open then. Default: no. */
  readonly stays?: boolean
}

const lookMs = 200
/** Looks in a row without a page, after which it counts as closed. */
const looksMax = 10

/** Runs a command under an inspector, where one is asked for: it is there before the command begins, and ends with it. */
export async function inspecting(
  { port, allow = [], stays = false }: Inspecting,
  { api, clock, output, signal }: Context,
  command: (inspect: Inspect | undefined) => Promise<void>,
): Promise<void> {
  if (port === undefined) return command(undefined)
  const inspector = await api.startInspector({ port: port === true ? 0 : port, allow })
  try {
    output.event({ event: 'inspector', url: inspector.url })
    await command(inspector.inspect)
    // A page that is loaded anew is away for a moment.
    for (let away = 0; stays && away < looksMax && inspector.wasOpened; away = inspector.pages > 0 ? 0 : away + 1) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => clock.setTimeout(resolve, lookMs))
    }
  } finally {
    await inspector.stop()
  }
}
