/**
 * Why a web seed does not serve. `unreachable`: nobody can be asked, or the connection ended early. `silent`: nothing has come in time.
 * `busy`: it says that it cannot now. `refused`: it has not what is asked, or does not give it. `faulty`: what it answers is not the file, or
 * no part of it.
 */
export type WebSeedFault = 'unreachable' | 'silent' | 'busy' | 'refused' | 'faulty'

/** What went wrong with a web seed. */
export interface WebSeedFailure {
  readonly fault: WebSeedFault
  /** One line for people. */
  readonly message: string
  /** After how many milliseconds it may be asked again, where it says so. */
  readonly retryAfterMs?: number
  /** The number of the one file that it concerns: nothing speaks against the others. */
  readonly file?: number
}

/** It will be the same the next time: it is not asked again. */
export const isFinal = ({ fault, file }: WebSeedFailure): boolean =>
  (fault === 'refused' || fault === 'faulty') && file === undefined
