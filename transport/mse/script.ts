import { protocolHeader } from '../wire/handshake.ts'
import { concat } from './bytes.ts'
import { keyBytes } from './key-exchange.ts'
import type { Agreement, NegotiationFailure, NegotiationOutput } from './negotiation-output.ts'

/** What the remote's stream has behind the last byte a script took, made the last output. */
export type Ending = (rest: Uint8Array) => NegotiationOutput

/**
 * A part of a negotiation, written down in the order it happens. Yielding a number waits for that many bytes, which are valid
 * until the next number is yielded; yielding an output reports it.
 */
export type Part<Result> = Generator<number | NegotiationOutput, Result, Uint8Array>

/** A whole negotiation. */
export type Script = Part<Ending>

/** Eight zeros, the verification constant: encrypted, they show that both sides have the keys. */
export const vc: Uint8Array = new Uint8Array(8)

/**
 * Tells MSE from BitTorrent in the clear, at the first byte that is not of the latter's header: one public key in 256 begins
 * with the same byte, so all 20 count. Answers what it read of a public key; undefined when the whole header came.
 */
export function* readUnlikeHeader(): Part<Uint8Array | undefined> {
  for (const [at, expected] of protocolHeader.entries()) {
    const [byte = 0] = yield 1
    if (byte !== expected) return concat([protocolHeader.subarray(0, at), Uint8Array.of(byte)])
  }
  return undefined
}

/** The public key that begins with `start`. */
export function* readPublicKey(start: Uint8Array): Part<Uint8Array> {
  return concat([start, yield keyBytes - start.length])
}

/** Reads to the end of the first `pattern`, which has at most `skipMax` bytes before it. Answers whether it is there. */
export function* readThrough(pattern: Uint8Array, skipMax: number): Part<boolean> {
  const seen = new Uint8Array(skipMax + pattern.length)
  seen.set(yield pattern.length)
  for (let skipped = 0; ; skipped++) {
    if (pattern.every((byte, i) => byte === seen[skipped + i])) return true
    if (skipped === skipMax) return false
    seen.set(yield 1, skipped + pattern.length)
  }
}

/** The end when both sides agree. `rest` has been encrypted if everything is from now on. */
export const established =
  (agreement: Agreement): Ending =>
  (rest) => {
    if (agreement.method === 'rc4') agreement.decrypt.apply(rest)
    return { type: 'established', ...agreement, rest }
  }

/** The end when the remote speaks in the clear. */
export const plaintextHeader: Ending = (rest) => ({
  type: 'plaintext_header',
  rest: concat([protocolHeader, rest]),
})

/** The end when there is nothing to agree on. */
export const failed =
  (code: NegotiationFailure, detail: string): Ending =>
  () => ({ type: 'failed', code, detail })
