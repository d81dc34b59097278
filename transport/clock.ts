/** Time, injected everywhere: also what XState's `createActor(machine, { clock })` takes. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. Those in which the process did not run had better not count. */
  now(): number
  /** How many milliseconds `now` has left out, as the process was stopped or the machine slept; never goes down. Absent: none. */
  slept?(): number
  /** `ms` of 0: in the next turn of the event loop, better without a wait (Node's own waits 1 ms). */
  // biome-ignore lint/suspicious/noExplicitAny: XState's Clock declares the handle as any, and this is assignable to it.
  setTimeout(run: () => void, ms: number): any
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  clearTimeout(handle: any): void
  /** From now on a timer that is pending does not keep the process alive. Absent: none does, or all do. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  unref?(handle: any): void
}
