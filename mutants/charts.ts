/** A chart that mutants are made of. */
export interface Chart {
  /** By which its machine is known. */
  readonly id: string
  /** The module that makes it. */
  readonly module: string
  /** The tests that say what it does: folders and files below `test/`. */
  readonly tests: readonly string[]
}

/** The charts. */
export const charts: readonly Chart[] = [
  { id: 'tracker', module: 'machines/tracker/tracker.ts', tests: ['machines/tracker'] },
]
