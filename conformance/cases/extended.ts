import { encodeBencode, isBencodeDict } from '../../transport/wire/bencode.ts'
import type { Case } from '../case.ts'
import { greet, ourIds } from '../greeting.ts'
import { isOf } from '../peer.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { dictAndRest } from './dict-and-rest.ts'

const text = (content: string): Uint8Array => Buffer.from(content, 'latin1')

/** Extended handshakes that say nothing, or nothing right. */
const junk: Readonly<Record<string, Uint8Array>> = {
  empty: text(''),
  'no-bencode': text('hello'),
  'cut-short': text('d1:md11:ut_metadatai3'),
  list: text('li1ei2ee'),
  integer: text('i1e'),
  'm-integer': text('d1:mi1ee'),
  'id-text': text('d1:md10:xx_unknown1:3ee'),
  'id-256': text('d1:md10:xx_unknowni256eee'),
  'id-negative': text('d1:md10:xx_unknowni-1eee'),
  deep: text(`d1:m${'l'.repeat(500)}${'e'.repeat(500)}e`),
  'huge-integer': text(`d13:metadata_sizei${'9'.repeat(40)}ee`),
  'huge-string': text('d1:m99999999999:ee'),
}

/** The extension protocol (BEP 10). */
export const extended: readonly Case[] = [
  {
    name: 'extended.handshake',
    bep: 10,
    rule: 'An extended handshake is a bencoded dictionary, whose m gives each extension an id of its own.',
    needs: ['extended'],
    async run(scene) {
      const peer = await scene.meet()
      const payload = peer.greetingPayload
      if (!payload) throw new NotSupported('no extended handshake comes')
      const { dict } = dictAndRest(payload)
      if (!dict) throw new Broken('the extended handshake is no dictionary')
      const ids = isBencodeDict(dict.m) ? Object.values(dict.m).filter((id) => id !== 0) : []
      if (new Set(ids).size < ids.length) throw new Broken(`two extensions share an id: ${ids.join(', ')}`)
      return `${ids.length} extensions`
    },
  },
  {
    name: 'extended.handshake.again',
    bep: 10,
    rule: 'The extended handshake may come again: its sender is not to be disconnected.',
    needs: ['extended'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say(greet(), greet())
      return await peer.goesOn()
    },
  },
  {
    name: 'extended.handshake.hundred',
    bep: 10,
    rule: 'The extended handshake may come more than once: behind a hundred a client closes or reads on.',
    needs: ['extended'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say(...Array.from({ length: 100 }, () => greet()))
      return await peer.readsOn()
    },
  },
  {
    name: 'extended.handshake.other-id',
    bep: 10,
    rule: 'A later extended handshake may change an id, which its receiver may ignore: messages come under either.',
    needs: ['ut_metadata'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say(greet({ m: { ut_metadata: 99 } }))
      peer.sayTo('ut_metadata', { msg_type: 0, piece: 0 })
      const answer = await peer.remote.next((one) => one.name === 'extended' && ![0, ourIds.ut_pex].includes(one.id))
      if (answer?.name !== 'extended') throw new Broken(peer.remote.end ? 'the client closes' : 'no answer comes')
      if (answer.id === 99 || answer.id === ourIds.ut_metadata) return `answers under ${answer.id}`
      throw new Broken(`an answer comes under ${answer.id}`)
    },
  },
  {
    name: 'extended.handshake.unknown-names',
    bep: 10,
    rule: 'Names that are not known are ignored, in the dictionary and in m.',
    needs: ['extended'],
    async run(scene) {
      const peer = await scene.meet()
      const payload = encodeBencode({ m: { ...ourIds, xx_unknown: 9 }, xx: 'something', zz: [1, { a: 2 }] })
      peer.say({ name: 'extended', id: 0, payload })
      return await peer.goesOn()
    },
  },
  ...Object.entries(junk).map(
    ([name, payload]): Case => ({
      name: `extended.junk.${name}`,
      bep: 10,
      rule: 'An extended handshake is a bencoded dictionary: behind one that is none, a client closes or reads on.',
      needs: ['extended'],
      async run(scene) {
        const peer = await scene.meet()
        peer.say({ name: 'extended', id: 0, payload })
        return await peer.readsOn()
      },
    }),
  ),
  {
    name: 'extended.unknown-id',
    bep: 10,
    rule: 'The ids of extended messages are those that their receiver gave: behind another, a client closes or reads on.',
    needs: ['extended'],
    async run(scene) {
      const peer = await scene.meet()
      peer.say({ name: 'extended', id: 200, payload: text('de') })
      return await peer.readsOn()
    },
  },
  ...[1, 2, 3, 127, 128, 255].map(
    (id): Case => ({
      name: `extended.id.${id}`,
      bep: 10,
      rule: 'Messages of an extension are sent under the id that their receiver gave it.',
      needs: ['ut_metadata'],
      async run(scene) {
        const peer = await scene.meet({ greeting: { m: { ut_metadata: id } } })
        peer.sayTo('ut_metadata', { msg_type: 0, piece: 0 })
        if (await peer.remote.next(isOf(id))) return `answers under ${id}`
        throw new Broken(`no answer comes under ${id}`)
      },
    }),
  ),
]
