import type { InspectionEvent } from 'xstate'
import type { Context } from '../context/context.ts'

/** What `createTorrent` takes as `inspect`. */
export type Inspect = (event: InspectionEvent, at?: number) => void

/** How a command shows its actors. */
export interface Inspecting {
  /** As the command line has it: a port, true for any, undefined for no inspector. */
  readonly port: number | true | undefined
  /** Types of events that a user of the page may send. Default: none. */
  readonly allow?: readonly string[]
  /** Of the history, in bytes. Default: as the inspector has it. */
  readonly historyBytes?: number
}

/** The inspector's page, as a command waits for it; both waits throw when the command shall end early. */
export interface InspectorPage {
  /** Until somebody has opened it, no longer than that takes by hand. */
  opened(): Promise<void>
  /** Somebody has it open, or had it a moment ago: one that is loaded anew is away for a moment. To be asked all the time. */
  isOpen(): boolean
  /** Until it is closed everywhere; at once when nobody has opened it. Also a page that is hidden is open. */
  closed(): Promise<void>
  /** Until the command is interrupted, which people are told. */
  kept(): Promise<never>
}

const lookMs = 200
/** Looks until it is opened: eight seconds to copy an address. */
const openingLooks = 40
/** After so long without a page it counts as closed. */
const closedMs = 2_000

/** Runs a command under an inspector, where one is asked for: it is there before the command begins, and ends with it. */
export async function inspecting(
  { port, ...options }: Inspecting,
  { api, clock, output, signal }: Context,
  command: (inspect: Inspect | undefined, page: InspectorPage | undefined) => Promise<void>,
): Promise<void> {
  if (port === undefined) return command(undefined, undefined)
  const inspector = await api.startInspector({ port: port === true ? 0 : port, ...options })
  const nextLook = async (): Promise<void> => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, lookMs))
    signal.throwIfAborted()
  }
  let openAt = Number.NEGATIVE_INFINITY
  const isOpen = (): boolean => {
    if (inspector.pages > 0) openAt = clock.now()
    return clock.now() - openAt < closedMs
  }
  try {
    output.event({ event: 'inspector', url: inspector.url })
    await command(inspector.inspect, {
      async opened() {
        for (let look = 0; look < openingLooks && !inspector.wasOpened; look++) await nextLook()
      },
      isOpen,
      async closed() {
        while (isOpen()) await nextLook()
      },
      async kept() {
        output.event({ event: 'inspector', url: inspector.url, until: 'interrupted' })
        for (;;) await nextLook()
      },
    })
  } finally {
    await inspector.stop()
  }
}
