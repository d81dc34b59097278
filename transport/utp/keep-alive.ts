import type { Output } from './output.ts'

/** How long nothing is said; libutp speaks after 29 s, as NATs forget what is silent for 30 s. */
const keepAliveMicros = 29_000_000

/** An acceptor sends nothing before it has heard that its answer came, so it is told again as long as it may not have. */
const confirmationMicros = 1_000_000
const confirmationsMax = 3

/** What is said when there is nothing to say. */
export class KeepAlive {
  readonly #output: Output
  #confirmations = 0

  constructor(output: Output) {
    this.#output = output
  }

  /** Our SYN was answered, and the remote may not know that we know. */
  answered(): void {
    this.#confirmations = confirmationsMax
  }

  /** The remote has shown that it knows. */
  confirmed(): void {
    this.#confirmations = 0
  }

  /** When something is to be said. */
  get at(): number {
    return this.#output.lastSentAt + (this.#confirmations > 0 ? confirmationMicros : keepAliveMicros)
  }

  /** Says it; `sequence` is of the next packet. */
  speak(sequence: number, now: number): void {
    if (this.#confirmations === 0) {
      this.#output.sendKeepAlive(sequence, now)
      return
    }
    this.#confirmations--
    this.#output.sendState(sequence, now)
  }
}
