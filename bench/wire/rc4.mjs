import { Rc4 } from '../../dist/transport/mse/rc4.js'

/** The limit of RC4: the same bytes through one cipher, once, a block at a time, and nothing else. */
export async function encryptWithRc4({ blocks, blockBytes }) {
  const cipher = new Rc4(new Uint8Array(20).fill(7))
  const block = new Uint8Array(blockBytes)
  const startedAt = performance.now()
  for (let n = 0; n < blocks; n++) cipher.apply(block)
  return (performance.now() - startedAt) / 1000
}
