import type { Case } from '../case.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'
import { frame, u32s } from './frames.ts'

/** Lengths of a request, in bytes, with a name for each. */
const lengths: Readonly<Record<string, number>> = {
  '16k-and-1': 16_385,
  '32k': 32_768,
  '128k': 131_072,
  '128k-and-1': 131_073,
}

/** Requests of more than 16 KiB, which clients close for, and those that are most liberal give up to 128 KiB (BEP 3). */
export const largeRequests: readonly Case[] = Object.entries(lengths).map(
  ([name, length]): Case => ({
    name: `request.length.${name}`,
    bep: 3,
    rule: 'A request of more than 16 KiB is a reason to close: a client that answers it by a piece gives all the bytes.',
    needs: ['seed'],
    beside: 'slot',
    async run(scene) {
      const { layout, data } = scene
      if (layout.pieceLength < length) throw new NotSupported(`a piece has ${layout.pieceLength} bytes`)
      const peer = await (await scene.meet()).unchoked()
      peer.remote.write(frame(6, u32s(0, 0, length)), `request 0 0 ${length}`)
      const answer = await peer.answerTo({ index: 0, begin: 0 }, waits.quiet * 2)
      if (answer.type !== 'piece') return { reject: 'rejects', closed: 'closes', none: 'gives nothing' }[answer.type]
      const given = answer.block.data
      if (given.length !== length) throw new Broken(`the client gives ${given.length} bytes`)
      const right = await data?.(0, 0, length)
      if (right && Buffer.compare(given, right) !== 0) throw new Broken('the client gives wrong bytes')
      return `gives ${length} bytes`
    },
  }),
)
