import { createHash } from 'node:crypto'

/** The hashes of MSE are SHA-1: this many bytes. */
export const hashBytes = 20

/** What the initiator's third step begins with, and the responder looks for behind the padding: both know the secret. */
export const req1 = (secret: Uint8Array): Uint8Array => hash('req1', secret)

/** Which torrent is meant, for a remote that knows its info hash. */
export const req2 = (infoHash: Uint8Array): Uint8Array => hash('req2', infoHash)

/** What veils `req2` on the wire, so that two connections about one torrent look different. */
export const req3 = (secret: Uint8Array): Uint8Array => hash('req3', secret)

/** The RC4 key of what the initiator sends. */
export const keyA = (secret: Uint8Array, infoHash: Uint8Array): Uint8Array => hash('keyA', secret, infoHash)

/** The RC4 key of what the responder sends. */
export const keyB = (secret: Uint8Array, infoHash: Uint8Array): Uint8Array => hash('keyB', secret, infoHash)

/** `a` xor `b`, two hashes. */
export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] as number))

/** Throws a RangeError unless `infoHash` has 20 bytes. */
export function requireInfoHash(infoHash: Uint8Array): void {
  if (infoHash.length !== hashBytes)
    throw new RangeError(`the info hash has ${infoHash.length} bytes, not ${hashBytes}`)
}

function hash(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const sha1 = createHash('sha1').update(label, 'latin1')
  for (const part of parts) sha1.update(part)
  return new Uint8Array(sha1.digest())
}
