/** How a simulation stands. */
export interface SimulationProgress {
  /** Seconds of virtual time. */
  readonly seconds: number
  /** Members that are there. */
  readonly present: number
  /** The part of what is wanted that is there: 0 to 1. */
  readonly part: number
  readonly completed: number
  readonly downloaders: number
  /** Everybody is complete, or the time is over: members leave, and for 90 s what they leave behind is looked for. */
  readonly over: boolean
}

/** What a simulation may be given. */
export interface SimulateOptions {
  /** A whole number. The same scenario and seed give the same run, bit for bit. Default 1. */
  readonly seed?: number
  /** Called after each second of virtual time. It must not throw. */
  readonly onProgress?: (progress: SimulationProgress) => void
  /** Ends it: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}
