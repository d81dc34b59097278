import type { Mutant } from './mutants.ts'

/** What a thread begins with. */
export interface Work {
  /** The chart, by its id. */
  readonly chart: string
}

/** What a thread tells. */
export type Told =
  /** Without a mutant all tests succeed; these are the mutants. */
  | { readonly type: 'ready'; readonly mutants: readonly Pick<Mutant, 'place' | 'kind'>[] }
  /** They do not. */
  | { readonly type: 'broken'; readonly test: string }
  /** A file of tests begins, which may take so many milliseconds. */
  | { readonly type: 'testing'; readonly file: string; readonly msMax: number }
  /** A mutant was tried: the first test that noticed it. */
  | { readonly type: 'tried'; readonly test: string | undefined }

/** What a thread is asked: try the mutant with this number. */
export interface Ask {
  readonly mutant: number
}
