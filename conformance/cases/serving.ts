import type { BlockRequest } from '../../transport/wire/messages.ts'
import type { Peer } from '../peer.ts'
import type { Scene } from '../scene.ts'
import { Broken } from '../verdict.ts'
import { waits } from '../waits.ts'
import { frame, u32s } from './frames.ts'

/** How requests are answered. */
export interface Serving {
  /** The bytes that are given, of those that are right. Default: the same. */
  readonly give?: (block: Uint8Array, request: BlockRequest) => Uint8Array
  /** Whether that is enough: asked behind each answer. Default: never. */
  readonly isDone?: (request: BlockRequest) => boolean
}

/** Serves what the client requests until it has all, or has requested nothing for a while. Rejects with `Broken` when it requests what is not. */
export async function serve(peer: Peer, { data, layout }: Scene, { give, isDone }: Serving = {}): Promise<void> {
  const left = new Set<string>()
  for (let index = 0; index < layout.pieceCount; index++) {
    for (let block = 0; block < layout.blocksIn(index); block++)
      left.add(`${index} ${layout.blockAt(index, block).begin}`)
  }
  for (;;) {
    // What was given may be asked for again, by a client that dislikes it.
    const ms = left.size === 0 ? waits.quiet * 3 : waits.piece
    const message = await peer.remote.next(({ name }) => name === 'request', ms)
    if (message?.name !== 'request') return
    for (const request of message.requests) {
      const { index, begin, length } = request
      if (!layout.isValidRequest(request)) throw new Broken(`requests ${index} ${begin} ${length}`)
      const block = await data?.(index, begin, length)
      if (block) {
        const given = give?.(block, request) ?? block
        const bytes = frame(7, Buffer.concat([u32s(index, begin), given]))
        peer.remote.write(bytes, `piece ${index} ${begin}, ${given.length} bytes`)
      }
      left.delete(`${index} ${begin}`)
      if (isDone?.(request)) return
    }
  }
}
