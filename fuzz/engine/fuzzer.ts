import type { Random } from '../../transport/random.ts'
import { mutate } from './mutate.ts'
import { shortened } from './shortened.ts'
import type { Target } from './target.ts'

/** What code was executed. */
export interface Reached {
  /** Notes what was executed since the last call of a method. Answers whether anything of it was not noted before. */
  take(): boolean
  /** Whether anything was executed since then that the last `take` has found new, and that no `claim` has answered for. */
  claim(): boolean
  /** Forgets it all. */
  reset(): void
}

/** What a fuzzer works with. */
export interface Workshop {
  readonly target: Target
  readonly coverage: Reached
  readonly random: Random
  /** Processor time, in milliseconds. */
  readonly now: () => number
  /** Is told of each input before it is run: of one that never ends, somebody else has to tell. */
  readonly running: (input: Uint8Array) => void
}

/** An input for which something does not hold, and what, with its place. */
export interface Find {
  readonly input: Uint8Array
  readonly what: string
}

/** Inputs between two looks at what was executed: a look takes longer than most inputs. More and more while nothing new comes. */
const batchMin = 8
const batchMax = 256

/** Different finds, with which it ends. */
const findsMax = 8

/** How often it is tried to make a find shorter. */
const triesMax = 400

/** Bytes in buffers after a batch, which no input may lead to. */
const bufferBytesMax = 512 * 1024 * 1024

/** Makes inputs of those that it has kept, has a target read them, and keeps what reaches new code, or has a new outcome. */
export class Fuzzer {
  readonly #workshop: Workshop
  readonly #words: readonly Uint8Array[]
  readonly #bytesMax: number
  readonly #kept: Uint8Array[] = []
  readonly #outcomes = new Set<string>()
  /** By what is the same of all that come from one mistake. */
  readonly #finds = new Map<string, Find>()
  #batchSize = batchMin
  #executions = 0

  constructor(workshop: Workshop) {
    this.#workshop = workshop
    this.#words = (workshop.target.words ?? []).map((word) => (typeof word === 'string' ? Buffer.from(word) : word))
    this.#bytesMax = workshop.target.bytesMax ?? 4_096
  }

  get executions(): number {
    return this.#executions
  }

  /** Those that it began with too. */
  get kept(): readonly Uint8Array[] {
    return this.#kept
  }

  get finds(): readonly Find[] {
    return [...this.#finds.values()]
  }

  /** Runs what there is. */
  async begin(inputs: Iterable<Uint8Array>): Promise<void> {
    for (const input of inputs) {
      await this.#execute(input)
      this.#kept.push(input)
    }
    if (this.#kept.length === 0) this.#kept.push(new Uint8Array())
    this.#workshop.coverage.take()
  }

  /** Goes on for so many milliseconds, unless it has found too much. */
  async run(ms: number): Promise<void> {
    const { now } = this.#workshop
    for (const end = now() + ms; now() < end && this.#finds.size < findsMax; ) await this.#batch()
  }

  /** Of what was kept as little as reaches the same code and has the same outcomes, short inputs first. Forgets what was reached. */
  async distilled(): Promise<readonly Uint8Array[]> {
    const { coverage } = this.#workshop
    const some: Uint8Array[] = []
    coverage.reset()
    this.#outcomes.clear()
    for (const input of [...this.#kept].sort((one, other) => one.length - other.length)) {
      const isOutcomeNew = await this.#execute(input)
      if (coverage.take() || isOutcomeNew) some.push(input)
    }
    return some
  }

  async #batch(): Promise<void> {
    const { coverage } = this.#workshop
    const inputs: Uint8Array[] = []
    for (let left = this.#batchSize; left > 0; left--) {
      const input = this.#mutant()
      if (await this.#execute(input)) this.#kept.push(input)
      else inputs.push(input)
    }
    if (process.memoryUsage().arrayBuffers > bufferBytesMax) await this.#noteGreediest(inputs)
    this.#batchSize = Math.min(batchMax, this.#batchSize * 2)
    if (!coverage.take()) return
    this.#batchSize = batchMin
    for (const input of inputs) {
      await this.#execute(input)
      if (coverage.claim()) this.#kept.push(input)
    }
  }

  #mutant(): Uint8Array {
    const { random } = this.#workshop
    return mutate(this.#parent(), { random, words: this.#words, other: this.#parent(), bytesMax: this.#bytesMax })
  }

  /** One of those that were kept, every second time one of the newest. */
  #parent(): Uint8Array {
    const { random } = this.#workshop
    const { length } = this.#kept
    const among = random() < 0.5 ? Math.min(length, 16) : length
    return this.#kept[length - 1 - Math.floor(random() * among)] as Uint8Array
  }

  /** Answers whether its outcome is new. */
  async #execute(input: Uint8Array): Promise<boolean> {
    this.#executions++
    const outcome = await this.#outcomeOf(input)
    if (typeof outcome !== 'string') {
      const { key } = outcome
      if (!this.#finds.has(key)) {
        this.#finds.set(key, { input, what: outcome.what })
        const isSame = async (shorter: Uint8Array) => {
          const again = await this.#outcomeOf(shorter)
          return typeof again !== 'string' && again.key === key
        }
        this.#finds.set(key, { input: await shortened(input, isSame, triesMax), what: outcome.what })
      }
      return false
    }
    if (this.#outcomes.has(outcome)) return false
    this.#outcomes.add(outcome)
    return true
  }

  async #outcomeOf(input: Uint8Array): Promise<string | { readonly key: string; readonly what: string }> {
    const { now, running, target } = this.#workshop
    const { msMax = 200 } = target
    running(input)
    // A target may write to what it reads.
    const bytes = new Uint8Array(input)
    const begun = now()
    try {
      const result = target.run(bytes)
      const outcome = typeof result === 'string' ? result : await result
      if (now() - begun <= msMax || (await this.#least(input)) <= msMax) return outcome
      return { key: 'slow', what: `it takes longer than ${msMax} ms` }
    } catch (error) {
      return { key: keyOf(error), what: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }

  /** One input of them is what has led to too much memory. */
  async #noteGreediest(inputs: readonly Uint8Array[]): Promise<void> {
    let most = Number.NEGATIVE_INFINITY
    for (const input of inputs) {
      const before = process.memoryUsage().arrayBuffers
      await this.#outcomeOf(input)
      const grown = process.memoryUsage().arrayBuffers - before
      if (grown <= most) continue
      most = grown
      this.#finds.set('memory', { input, what: `buffers take more than ${bufferBytesMax} bytes` })
    }
  }

  /** How long it takes at the least, in milliseconds, of some tries: other programs may have had the processor. */
  async #least(input: Uint8Array): Promise<number> {
    const { now, target } = this.#workshop
    let least = Number.POSITIVE_INFINITY
    for (let tries = 4; tries > 0; tries--) {
      const begun = now()
      await target.run(new Uint8Array(input))
      least = Math.min(least, now() - begun)
    }
    return least
  }
}

/** The first place in this repository, and what is wrong there, without its numbers. */
function keyOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const places = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.includes('/') && !/node_modules|node:|fuzz\/engine/.test(line))
  const message = error.message.replace(/\d+/g, '0').slice(0, 60)
  return `${error.name} ${message} ${places[0]?.replace(/:\d+\)?$/, '') ?? ''}`
}
