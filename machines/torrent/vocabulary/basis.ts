import type { ActorRef, Snapshot } from 'xstate'
import type { ChartRef } from './commands.ts'
import type { StorageRef } from './events.ts'
import type { CoreEvent } from './news.ts'

/** What every room reads, and the core alone writes: the time, chance, whether the torrent runs, and the actors that it tells. */
export interface Basis {
  /** The actor that holds the core: peers, storage and extensions tell it their news. */
  readonly self: ActorRef<Snapshot<unknown>, CoreEvent>
  readonly chart: ChartRef
  storage: StorageRef | undefined
  /** The chart has it dial, accept, fetch and serve. */
  isRunning: boolean
  /** At least 0, below 1. */
  readonly random: () => number
  /** The time, in milliseconds, as the last event that told it. */
  now: number
}
