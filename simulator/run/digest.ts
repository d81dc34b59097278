import { createHash } from 'node:crypto'

/** The fingerprint of a run: every number that is noted, in order. Two runs with the same digest did the same at the same times. */
export class Digest {
  readonly #hash = createHash('sha256')
  readonly #numbers = new Float64Array(4096)
  #count = 0

  /** Notes what happened: numbers of any kind. */
  note(...numbers: readonly number[]): void {
    if (this.#count + numbers.length > this.#numbers.length) this.#flush()
    for (const number of numbers) this.#numbers[this.#count++] = number
  }

  /** 64 hex digits of all that was noted. Once. */
  finish(): string {
    this.#flush()
    return this.#hash.digest('hex')
  }

  #flush(): void {
    this.#hash.update(new Uint8Array(this.#numbers.buffer, 0, this.#count * 8))
    this.#count = 0
  }
}
