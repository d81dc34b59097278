/**
 * How many peers have each piece, counted 32 pieces at a time: bit `n` of every count stands in one array of words, so that a
 * whole bitfield is added or taken away in a few steps a word, however many of its bits are set.
 */
export class Availability {
  readonly #words: number
  /** The counts in binary, the lowest digits first; piece 0 is the highest bit of word 0, as in a `PieceSet`. */
  readonly #digits: Uint32Array[] = []

  /** No peer has anything. `pieces`: indexes are below it. */
  constructor(pieces: number) {
    this.#words = Math.ceil(pieces / 32)
  }

  /** How many have a piece. */
  of(index: number): number {
    const word = index >>> 5
    const shift = 31 - (index & 31)
    let count = 0
    for (let nth = 0; nth < this.#digits.length; nth++) count |= ((this.#digit(nth, word) >>> shift) & 1) << nth
    return count
  }

  /** Which of the 32 pieces of a word any peer has. */
  anyOf(word: number): number {
    let any = 0
    for (let nth = 0; nth < this.#digits.length; nth++) any |= this.#digit(nth, word)
    return any
  }

  /** One more has these pieces of a word. */
  add(word: number, bits: number): void {
    let carry = bits
    for (let nth = 0; carry !== 0; nth++) {
      const digits = this.#digits[nth] ?? this.#extend()
      const digit = digits[word] as number
      digits[word] = digit ^ carry
      carry &= digit
    }
  }

  /** One less has these pieces of a word, all of which a peer had. */
  remove(word: number, bits: number): void {
    let borrow = bits
    for (let nth = 0; borrow !== 0 && nth < this.#digits.length; nth++) {
      const digits = this.#digits[nth] as Uint32Array
      const digit = digits[word] as number
      digits[word] = digit ^ borrow
      borrow &= ~digit
    }
  }

  /** No peer has anything any more. */
  clear(): void {
    this.#digits.length = 0
  }

  #digit(nth: number, word: number): number {
    return (this.#digits[nth] as Uint32Array)[word] as number
  }

  #extend(): Uint32Array {
    const digits = new Uint32Array(this.#words)
    this.#digits.push(digits)
    return digits
  }
}
