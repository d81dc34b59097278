import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import type { SimulatedClock } from '../../transport/simulated-clock.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'

const pieceBytes = 32_768

/** A torrent of two files and three pieces, whose bytes are zeros. */
export const smallTorrent: Metainfo = parseMetainfo(
  encodeBencode({
    info: {
      files: [
        { length: 2 * pieceBytes, path: ['a'] },
        { length: 100, path: ['b'] },
      ],
      name: 'small',
      'piece length': pieceBytes,
      pieces: Buffer.concat(
        [pieceBytes, pieceBytes, 100].map((length) => createHash('sha1').update(new Uint8Array(length)).digest()),
      ),
    },
  }),
)

/** Lets virtual time pass, and what waits for the event loop come between. */
export async function passed(clock: SimulatedClock, ms: number, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await setImmediate()
    clock.advance(ms / steps)
  }
  await setImmediate()
}
