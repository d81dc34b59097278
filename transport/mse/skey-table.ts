import { isObject } from '../require.ts'
import { req2, requireInfoHash } from './hashes.ts'

/**
 * Which torrents an incoming connection may be about, by what MSE says of them on the wire. One for a listener, so that it
 * hashes each info hash once, not once a connection.
 */
export class SkeyTable {
  readonly #infoHashes = new Map<string, Uint8Array>()

  /** Starts with these, as `add` takes them. */
  constructor(infoHashes: Iterable<Uint8Array> = []) {
    if (!isObject(infoHashes) || !(Symbol.iterator in infoHashes))
      throw new TypeError('infoHashes are an array of bytes')
    for (const infoHash of infoHashes) this.add(infoHash)
  }

  /** `infoHash`: 20 bytes, the truncated one for a v2 torrent; a RangeError otherwise. Adding it again changes nothing. */
  add(infoHash: Uint8Array): void {
    requireInfoHash(infoHash)
    this.#infoHashes.set(keyOf(req2(infoHash)), infoHash.slice())
  }

  delete(infoHash: Uint8Array): void {
    this.#infoHashes.delete(keyOf(req2(infoHash)))
  }

  /** The info hash whose `req2` this is. */
  find(hash: Uint8Array): Uint8Array | undefined {
    return this.#infoHashes.get(keyOf(hash))
  }
}

const keyOf = (hash: Uint8Array): string => String.fromCharCode(...hash)
