import { encode } from '../../transport/wire/encode.ts'
import type { Message } from '../../transport/wire/messages.ts'
import type { Case } from '../case.ts'
import { isAvailability } from '../peer.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'

const block = { index: 0, begin: 0, length: 16_384 }
const ofFast: readonly Message[] = [
  { name: 'have_all' },
  { name: 'have_none' },
  { name: 'suggest_piece', index: 0 },
  { name: 'allowed_fast', index: 0 },
  { name: 'reject_request', requests: [block] },
]

const off = ofFast.map(
  (message): Case => ({
    name: `fast.off.${message.name}`,
    bep: 6,
    rule: `A peer that gets ${message.name} while Fast is not in use must close the connection.`,
    needs: [],
    async run(scene) {
      const peer = await scene.meet({ features: { fast: false } })
      peer.say(message)
      return await peer.mustClose()
    },
  }),
)

const cuts = Array.from({ length: 16 }, (_, at) => at + 1).map(
  (cut): Case => ({
    name: `fast.request.cut.${cut}`,
    bep: 6,
    rule: 'A request has exactly one answer, a piece or a reject, however the stream is cut.',
    needs: ['fast', 'seed'],
    async run(scene) {
      const peer = await scene.meet()
      const request = scene.layout.blockAt(scene.layout.pieceCount - 1, 0)
      await peer.remote.writeCut(Buffer.concat(encode({ name: 'request', requests: [request] })), [cut], 'request')
      const { type } = await peer.answerTo(request)
      if (type === 'none' || type === 'closed') throw new Broken(`the request has no answer (${type})`)
      return type
    },
  }),
)

/** The Fast extension (BEP 6). */
export const fast: readonly Case[] = [
  {
    name: 'fast.first-message',
    bep: 6,
    rule: 'Exactly one of have_all, have_none and bitfield stands right behind the handshake.',
    needs: ['fast'],
    async run(scene) {
      const { remote } = await scene.meet()
      await remote.pass(waits.quiet)
      const said = remote.heard.filter(isAvailability)
      if (said.length !== 1) throw new Broken(`${said.length} of them come`)
      // The extended handshake claims the same place (BEP 10).
      const first = remote.heard.find(({ name }) => name !== 'extended' && name !== 'keep_alive')
      if (first !== said[0]) throw new Broken(`${first?.name} stands before`)
      return `${said[0]?.name}`
    },
  },
  ...off,
  ...cuts,
  {
    name: 'fast.request.twenty',
    bep: 6,
    rule: 'Every request has exactly one answer, a piece or a reject.',
    needs: ['fast', 'seed'],
    async run(scene) {
      const peer = await scene.meet()
      const { layout } = scene
      const requests = Array.from({ length: Math.min(20, layout.pieceCount) }, (_, index) => layout.blockAt(index, 0))
      peer.say({ name: 'request', requests })
      const answers = () => peer.remote.heard.filter(({ name }) => name === 'piece' || name === 'reject_request').length
      await peer.remote.until(() => answers() >= requests.length || peer.remote.end !== undefined, waits.answer)
      await peer.remote.pass(waits.quiet)
      if (answers() !== requests.length) throw new Broken(`${answers()} answers to ${requests.length} requests`)
      return `${requests.length} answers`
    },
  },
  {
    name: 'fast.piece.unrequested',
    bep: 6,
    rule: 'A peer that gets a piece it never requested must close the connection.',
    needs: ['fast'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say({ name: 'piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(16_384) }] })
      return await peer.mustClose()
    },
  },
  {
    name: 'fast.reject.unrequested',
    bep: 6,
    rule: 'A peer that gets a reject of a request it never sent should close the connection.',
    needs: ['fast'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say({ name: 'reject_request', requests: [block] })
      return await peer.readsOn()
    },
  },
  {
    name: 'fast.allowed.range',
    bep: 6,
    rule: 'Pieces that are allowed fast are pieces of the torrent, each once.',
    needs: ['fast'],
    async run(scene) {
      const { remote } = await scene.meet()
      await remote.pass(waits.quiet)
      const indexes = remote.heard.flatMap((one) => (one.name === 'allowed_fast' ? [one.index] : []))
      if (indexes.length === 0) throw new NotSupported('the client allows no piece')
      if (new Set(indexes).size < indexes.length) throw new Broken(`a piece comes twice: ${indexes.join(', ')}`)
      if (!indexes.every((index) => scene.layout.hasPiece(index))) throw new Broken(`pieces ${indexes.join(', ')}`)
      return `pieces ${indexes.join(', ')}`
    },
  },
]
