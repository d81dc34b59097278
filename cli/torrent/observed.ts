import type { Recorder } from '../../index.ts'
import type { Context } from '../context/context.ts'
import { type Inspect, type Inspecting, type InspectorPage, inspecting } from './inspecting.ts'
import { type RecordOptions, recorded } from './recorded.ts'

/** What looks on as a torrent goes on, as `createTorrent` takes it. */
export interface Observers {
  readonly record?: Recorder | undefined
  readonly inspect?: Inspect
}

/** The options of what looks on. */
export interface ObserverOptions extends RecordOptions {
  /** A port, true for any. */
  readonly inspect?: number | true
}

/** Runs a command with the recorder and the inspector that the command line asks for; both end with it. */
export function observed(
  options: ObserverOptions,
  inspector: Omit<Inspecting, 'port'>,
  context: Context,
  command: (observers: Observers, page: InspectorPage | undefined) => Promise<void>,
): Promise<void> {
  // The record comes second: a port that is taken does not begin one.
  return inspecting({ ...inspector, port: options.inspect }, context, (inspect, page) =>
    recorded(options, context, (record) => command({ ...(record && { record }), ...(inspect && { inspect }) }, page)),
  )
}
