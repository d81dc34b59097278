import type { Case } from '../case.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'
import { answersTo } from './answers.ts'

const atMostOnce = [true, false].map(
  (fast): Case => ({
    name: fast ? 'cancel.fast' : 'cancel.plain',
    bep: fast ? 6 : 3,
    rule: fast
      ? 'A request that is cancelled has one answer, a piece or a reject: never two.'
      : 'A cancel takes a request back: it is answered at most once, by the piece that was on its way.',
    needs: fast ? ['seed', 'fast'] : ['seed'],
    beside: 'slot',
    async run(scene) {
      const { layout } = scene
      // The sign may be a request of the first block, whose answers say nothing then.
      if (layout.blocksIn(0) < 2) throw new NotSupported('a piece has one block')
      const peer = await (await scene.meet({ features: { fast } })).unchoked()
      const requests = Array.from({ length: layout.blocksIn(0) }, (_, block) => layout.blockAt(0, block))
      peer.say({ name: 'request', requests }, { name: 'cancel', requests })
      await peer.remote.pass(waits.quiet)
      const sign = await peer.sign()
      if (sign === 'silent') throw new Broken('the client does not answer what follows')
      await peer.remote.pass(waits.quiet)
      const counts = requests.slice(1).map((request) => answersTo(peer, request))
      if (counts.some((count) => count > 1)) throw new Broken(`a request has ${Math.max(...counts)} answers`)
      if (!fast && peer.remote.heard.some(({ name }) => name === 'reject_request'))
        throw new Broken('a reject comes without Fast')
      const answered = counts.filter((count) => count > 0).length
      return `${answered} of ${counts.length} are answered${sign === 'closes' ? ', then it closes' : ''}`
    },
  }),
)

/** Requests that are taken back (BEP 3, BEP 6). */
export const cancel: readonly Case[] = [
  ...atMostOnce,
  {
    name: 'cancel.others-stay',
    bep: 3,
    rule: 'A cancel takes back the request that it names, and no other.',
    needs: ['seed'],
    beside: 'slot',
    async run(scene) {
      const peer = await (await scene.meet()).unchoked()
      const { layout } = scene
      const [first, second] = [layout.blockAt(0, 0), layout.blockAt(layout.pieceCount - 1, 0)]
      peer.say({ name: 'request', requests: [first, second] }, { name: 'cancel', requests: [first] })
      const { type } = await peer.answerTo(second)
      if (peer.remote.heard.some(({ name }) => name === 'choke')) throw new NotSupported('the client chokes')
      if (type !== 'piece') throw new Broken(`the other request is not answered by a piece (${type})`)
      return 'gives the other'
    },
  },
  {
    name: 'cancel.unrequested',
    bep: 3,
    rule: 'A cancel may name a request that was answered before it came: the connection goes on.',
    needs: ['seed'],
    beside: 'slot',
    async run(scene) {
      const peer = await (await scene.meet()).unchoked()
      const request = scene.layout.blockAt(scene.layout.pieceCount - 1, 0)
      const { type } = await peer.ask(request)
      if (type !== 'piece') throw new NotSupported(`the request is not answered by a piece (${type})`)
      peer.say({ name: 'cancel', requests: [request] })
      const sign = await peer.goesOn()
      if (answersTo(peer, request) > 1) throw new Broken('the request has two answers')
      return sign
    },
  },
]
