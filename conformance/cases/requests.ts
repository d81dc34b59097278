import { createHash } from 'node:crypto'
import type { Case } from '../case.ts'
import { Broken } from '../verdict.ts'
import { waits } from '../waits.ts'
import { frame, u32s } from './frames.ts'

type Wish = (pieces: number, pieceLength: number) => readonly [number, number, number]

/** Requests that no piece of the torrent answers; those of huge numbers, which clients have ended by, come last. */
const beyond: Readonly<Record<string, Wish>> = {
  'index-end': (pieces) => [pieces, 0, 16_384],
  'begin-end': (_, length) => [0, length, 16_384],
  'across-end': (_, length) => [0, length - 8_192, 16_384],
  'last-piece': (pieces, length) => [pieces - 1, length - 1, 16_384],
  'length-max': () => [0, 0, 0xffff_ffff],
  'length-sign': () => [0, 0, 0x8000_0000],
  'index-max': () => [0xffff_ffff, 0, 16_384],
  'index-sign': () => [0x8000_0000, 0, 16_384],
  'begin-max': () => [0, 0xffff_ffff, 16_384],
  'wraps-round': () => [0, 0xffff_f000, 16_384],
  'begin-sign': () => [0, 0x8000_0000, 16_384],
}

const outside = Object.entries(beyond).map(
  ([name, wish]): Case => ({
    name: `request.beyond.${name}`,
    bep: 3,
    rule: 'A request names bytes of a piece of the torrent: what is none is not answered by a piece.',
    needs: ['seed'],
    beside: 'alone',
    async run(scene) {
      const peer = await (await scene.meet()).unchoked()
      await scene.turn()
      const wanted = wish(scene.layout.pieceCount, scene.layout.pieceLength)
      peer.remote.write(frame(6, u32s(...wanted)), `request ${wanted.join(' ')}`)
      const piece = await peer.remote.next(({ name: one }) => one === 'piece', waits.quiet)
      if (piece) throw new Broken('the client answers by a piece')
      return peer.remote.end ? 'closes' : 'gives nothing'
    },
  }),
)

/** Requests of a client that is unchoked, and of one that is not (BEP 3). */
export const requests: readonly Case[] = [
  {
    name: 'choke.start',
    bep: 3,
    rule: 'Connections start out choked: before an unchoke no request is answered by a piece.',
    needs: ['seed'],
    async run(scene) {
      const peer = await scene.meet({ features: { fast: false } })
      await peer.ask(scene.layout.blockAt(0, 0), waits.quiet)
      const { heard } = peer.remote
      const unchoke = heard.findIndex(({ name }) => name === 'unchoke')
      const piece = heard.findIndex(({ name }) => name === 'piece')
      if (piece >= 0 && (unchoke < 0 || piece < unchoke)) throw new Broken('a piece comes without an unchoke')
      return 'gives nothing'
    },
  },
  ...[0, -1].map(
    (at): Case => ({
      name: at === 0 ? 'request.whole-piece' : 'request.last-piece',
      bep: 3,
      rule: 'A piece message has the bytes of the block that was requested; a piece is right when its SHA-1 is.',
      needs: ['seed'],
      beside: 'slot',
      async run(scene) {
        const { layout, metainfo } = scene
        const peer = await (await scene.meet()).unchoked()
        const index = at === 0 ? 0 : layout.pieceCount - 1
        const hash = createHash('sha1')
        for (let block = 0; block < layout.blocksIn(index); block++) {
          const request = layout.blockAt(index, block)
          const answer = await peer.ask(request)
          if (answer.type !== 'piece') throw new Broken(`block ${block} is not given: ${answer.type}`)
          if (answer.block.data.length !== request.length)
            throw new Broken(`a block of ${answer.block.data.length} bytes`)
          hash.update(answer.block.data)
        }
        const right = metainfo.pieceHashes.subarray(index * 20, index * 20 + 20)
        if (Buffer.compare(hash.digest(), right) !== 0) throw new Broken('the SHA-1 of the piece is wrong')
        return `piece ${index} is right`
      },
    }),
  ),
  ...outside,
]
