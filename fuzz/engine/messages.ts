import type { Find } from './fuzzer.ts'

/** What the thread of a target is to do. */
export interface Work {
  /** Of the target. */
  readonly name: string
  readonly seed: number
  /** How much processor time it may take, in milliseconds. */
  readonly ms: number
  /** Whether it answers with the inputs that are worth keeping. */
  readonly keeps: boolean
  /** Whether it answers with the code that was not reached. */
  readonly showsMissed: boolean
  /** Two integers of 32 bits, how many inputs were begun and the length of the last, and behind them the last. */
  readonly shared: SharedArrayBuffer
}

/** What has come of it. */
export interface Done {
  readonly executions: number
  /** Processor time, in milliseconds. */
  readonly spentMs: number
  /** How much of the code of the target was executed, in percent. */
  readonly percent: number
  /** Inputs that were kept beside those that were there. */
  readonly fresh: number
  readonly finds: readonly Find[]
  readonly missed: readonly string[]
  readonly kept: readonly Uint8Array[]
}
