import { concat } from './bytes.ts'

/**
 * Key-stream bytes that MSE throws away before the first one it uses. The first bytes of RC4 tell about the key (Fluhrer,
 * Mantin and Shamir, 2001).
 */
export const droppedBytes = 1024

/**
 * Where every cipher works, its state copied in and out. V8 knows the address and the length of a constant array: with that,
 * and four bytes a round, a chunk of 16 KiB takes 30 us; the loop as one would write it, on a field, takes 45.
 */
const working = new Uint8Array(256)

/**
 * The RC4 stream cipher, one direction of one connection. Encrypting and decrypting are the same: the key stream goes on from
 * call to call, so every byte of the stream passes through exactly once and in order. Hides a protocol from a casual look,
 * protects no secret. Node's own needs OpenSSL's legacy provider, which a library cannot switch on.
 */
export class Rc4 {
  readonly #state = new Uint8Array(256)
  #i = 0
  #j = 0

  /** `key`: at least one byte, of which 256 count; MSE's has 20. `dropBytes`: see `droppedBytes`. */
  constructor(key: Uint8Array, dropBytes = droppedBytes) {
    if (key.length === 0) throw new RangeError('an RC4 key has at least one byte')
    const state = this.#state
    for (let i = 0; i < 256; i++) state[i] = i
    for (let i = 0, j = 0; i < 256; i++) {
      const x = state[i] as number
      j = (j + x + (key[i % key.length] as number)) & 255
      state[i] = state[j] as number
      state[j] = x
    }
    this.apply(new Uint8Array(dropBytes))
  }

  /** En- or decrypts `bytes` in place, from `from` to `to`. Only for bytes that nobody else holds: see `seal`. */
  apply(bytes: Uint8Array, from = 0, to = bytes.length): void {
    working.set(this.#state)
    let i = this.#i
    let j = this.#j
    let x = 0
    let y = 0
    let at = from
    for (const stop = to - 3; at < stop; at += 4) {
      i = (i + 1) & 255
      x = working[i] as number
      j = (j + x) & 255
      y = working[j] as number
      working[i] = y
      working[j] = x
      const first = working[(x + y) & 255] as number

      i = (i + 1) & 255
      x = working[i] as number
      j = (j + x) & 255
      y = working[j] as number
      working[i] = y
      working[j] = x
      const second = working[(x + y) & 255] as number

      i = (i + 1) & 255
      x = working[i] as number
      j = (j + x) & 255
      y = working[j] as number
      working[i] = y
      working[j] = x
      const third = working[(x + y) & 255] as number

      i = (i + 1) & 255
      x = working[i] as number
      j = (j + x) & 255
      y = working[j] as number
      working[i] = y
      working[j] = x
      const fourth = working[(x + y) & 255] as number

      bytes[at] = (bytes[at] as number) ^ first
      bytes[at + 1] = (bytes[at + 1] as number) ^ second
      bytes[at + 2] = (bytes[at + 2] as number) ^ third
      bytes[at + 3] = (bytes[at + 3] as number) ^ fourth
    }
    for (; at < to; at++) {
      i = (i + 1) & 255
      x = working[i] as number
      j = (j + x) & 255
      y = working[j] as number
      working[i] = y
      working[j] = x
      bytes[at] = (bytes[at] as number) ^ (working[(x + y) & 255] as number)
    }
    this.#i = i
    this.#j = j
    this.#state.set(working)
  }

  /** The bytes of `chunks` in one piece of memory of their own, en- or decrypted; `chunks` stay as they are. */
  seal(chunks: readonly Uint8Array[]): Uint8Array {
    const sealed = concat(chunks)
    this.apply(sealed)
    return sealed
  }
}
