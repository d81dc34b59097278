import type { Case } from '../case.ts'
import { look } from '../probe.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'
import { serve } from './serving.ts'

/** What a peer gives instead of a block. */
const gifts: Readonly<Record<string, (block: Uint8Array) => Uint8Array>> = {
  bit: (block) => block.map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
  short: (block) => block.subarray(0, block.length - 1),
  long: (block) => Buffer.concat([block, Buffer.of(0)]),
  empty: () => new Uint8Array(0),
}

/** A peer that serves what is not right to a client that downloads (BEP 3). That it asks again, `leech.whole` shows. */
export const wrongServing: readonly Case[] = Object.entries(gifts).map(
  ([name, give]): Case => ({
    name: `leech.wrong.${name}`,
    bep: 3,
    rule: 'A downloader says that it has a piece when it has checked its hash: one that was served wrong it has not.',
    needs: ['leech'],
    async run(scene) {
      const peer = await scene.meet({ first: [scene.everything] })
      if (peer.host === undefined) throw new NotSupported('a ban for it would hit the cases behind, off loopback')
      peer.say({ name: 'unchoke' })
      const given = new Map<number, number>()
      await serve(peer, scene, {
        give,
        isDone: ({ index }) => {
          given.set(index, (given.get(index) ?? 0) + 1)
          return given.get(index) === scene.layout.blocksIn(index)
        },
      })
      if (given.size === 0) throw new NotSupported('the client requests nothing')
      await peer.remote.pass(waits.quiet)
      const client = await look(await scene.meet(), scene)
      const taken = [...given.keys()].filter((index) => client.has(index))
      if (taken.length > 0) throw new Broken(`the client has pieces ${taken.join(', ')}, which it was served wrong`)
      return peer.remote.end ? `closes (${peer.remote.end.code})` : 'does not have them'
    },
  }),
)
