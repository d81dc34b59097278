/** A parser under test, and what must hold of it whatever it reads. */
export interface Target {
  /** Where the code is whose coverage is reported: files and folders, from the root of the repository. */
  readonly covers: readonly string[]
  /** The longest input that is made, in bytes. Default: 4,096. */
  readonly bytesMax?: number
  /** How long one input may take, in milliseconds. Default: 200. */
  readonly msMax?: number
  /** What means something to the parser: mutations insert it. */
  readonly words?: readonly (string | Uint8Array)[]
  /** Valid inputs to begin with. */
  seeds(): Readonly<Record<string, string | Uint8Array>>
  /**
   * Reads an input. Throws, or rejects, when something does not hold. Answers what came of it in a word, such as the code of an error: an
   * input with a new word is kept as one that reaches new code is. There must be few words.
   */
  run(input: Uint8Array): string | Promise<string>
}

/** The inputs that a target begins with, by name. */
export function seedsOf(target: Target): ReadonlyMap<string, Uint8Array> {
  return new Map(
    Object.entries(target.seeds()).map(([name, seed]) => [name, typeof seed === 'string' ? Buffer.from(seed) : seed]),
  )
}

/** Throws an Error unless `holds`. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`does not hold: ${what}`)
}
