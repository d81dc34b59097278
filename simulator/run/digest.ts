import { createHash } from 'node:crypto'

/** Numbers that are kept before they are hashed: of each member of a swarm so many. */
const keptMax = 256

/** The fingerprint of what a member did: every number that is noted, in order. Two with the same digest did the same at the same times. */
export class Digest {
  readonly #hash = createHash('sha256')
  readonly #numbers = new Float64Array(keptMax)
  #count = 0

  /** Notes what happened: numbers of any kind. */
  note(...numbers: readonly number[]): void {
    if (this.#count + numbers.length > this.#numbers.length) this.#flush()
    for (const number of numbers) this.#numbers[this.#count++] = number
  }

  /** 32 bytes, of all that was noted. Once. */
  finish(): Uint8Array {
    this.#flush()
    return this.#hash.digest()
  }

  #flush(): void {
    this.#hash.update(new Uint8Array(this.#numbers.buffer, 0, this.#count * 8))
    this.#count = 0
  }
}

/** 64 hex digits: the fingerprint of a run, from those of its members in order. */
export function digestOf(members: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const member of members) hash.update(member)
  return hash.digest('hex')
}
