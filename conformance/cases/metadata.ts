import { createHash } from 'node:crypto'
import type { Case } from '../case.ts'
import { ourIds } from '../greeting.ts'
import { isOf } from '../peer.ts'
import { Broken, NotSupported } from '../verdict.ts'
import { waits } from '../waits.ts'
import { dictAndRest } from './dict-and-rest.ts'

/** The msg_type of an answer that has data, and of one that has none. */
const metadataData = 1
const metadataReject = 2

/** Metadata (BEP 9). */
export const metadata: readonly Case[] = [
  {
    name: 'metadata.whole',
    bep: 9,
    rule: 'Pieces of the metadata are 16 KiB but the last, with the total size, and their SHA-1 is the info hash.',
    needs: ['ut_metadata'],
    async run(scene) {
      const peer = await scene.meet()
      const size = scene.metainfo.infoBytes.length
      if (peer.greeting?.metadataSize !== size)
        throw new Broken(`metadata_size is ${peer.greeting?.metadataSize}, not ${size}`)
      const hash = createHash('sha1')
      for (let piece = 0; piece * 16_384 < size; piece++) {
        peer.sayTo('ut_metadata', { msg_type: 0, piece })
        const answer = await peer.remote.next(isOf(ourIds.ut_metadata))
        if (answer?.name !== 'extended') throw new Broken(`piece ${piece} is not answered`)
        const { dict, rest } = dictAndRest(answer.payload)
        // No rule makes a client give what it has: it may reject, against floods for one.
        if (dict?.msg_type === metadataReject && dict.piece === piece)
          throw new NotSupported(`the client rejects the request of piece ${piece}`)
        if (dict?.msg_type !== metadataData || dict.piece !== piece)
          throw new Broken(`the answer to the request of piece ${piece} is no data of that piece`)
        if (dict.total_size !== size) throw new Broken(`total_size is ${String(dict.total_size)}`)
        hash.update(rest)
      }
      if (Buffer.compare(hash.digest(), scene.metainfo.infoHash) !== 0)
        throw new Broken('its SHA-1 is not the info hash')
      return `${size} bytes are right`
    },
  },
  ...Object.entries({ negative: -1, max: 0x7fff_ffff, huge: 2 ** 40 }).map(
    ([name, piece]): Case => ({
      name: `metadata.beyond.${name}`,
      bep: 9,
      rule: 'A request names a piece of the metadata: what is none has no data, and a client that stays reads on.',
      needs: ['ut_metadata'],
      async run(scene) {
        const peer = await scene.meet()
        peer.sayTo('ut_metadata', { msg_type: 0, piece })
        // Its own answer first, where it has one: what follows has data, and of some clients the same number.
        const answer = await peer.remote.next(isOf(ourIds.ut_metadata))
        const isData = answer?.name === 'extended' && dictAndRest(answer.payload).dict?.msg_type === metadataData
        if (isData) throw new Broken('the client gives data')
        return await peer.readsOn()
      },
    }),
  ),
  {
    name: 'metadata.ten',
    bep: 9,
    rule: 'Every request is answered, by data or by a reject where there are too many, of the same piece.',
    needs: ['ut_metadata'],
    async run(scene) {
      const peer = await scene.meet()
      for (let nth = 0; nth < 10; nth++) peer.sayTo('ut_metadata', { msg_type: 0, piece: 0 })
      const answers = () => peer.remote.heard.filter(isOf(ourIds.ut_metadata)).length
      await peer.remote.until(() => answers() >= 10 || peer.remote.end !== undefined, waits.answer)
      if (answers() < 10 && !peer.remote.end) throw new Broken(`${answers()} answers to 10 requests`)
      return peer.remote.end ? `closes after ${answers()} answers` : '10 answers'
    },
  },
  {
    name: 'metadata.beyond',
    bep: 9,
    rule: 'A request is answered by data or a reject, of the same piece: one beyond the end has no data.',
    needs: ['ut_metadata'],
    async run(scene) {
      const peer = await scene.meet()
      const piece = Math.ceil(scene.metainfo.infoBytes.length / 16_384)
      peer.sayTo('ut_metadata', { msg_type: 0, piece })
      const answer = await peer.remote.next(isOf(ourIds.ut_metadata))
      if (answer?.name !== 'extended') {
        if (peer.remote.end) return 'closes'
        throw new Broken('there is no answer')
      }
      const { dict } = dictAndRest(answer.payload)
      if (dict?.msg_type !== metadataReject || dict.piece !== piece)
        throw new Broken('the answer is no reject of that piece')
      return 'rejects'
    },
  },
  ...[3, 4, 255].map(
    (type): Case => ({
      name: `metadata.type.${type}`,
      bep: 9,
      rule: 'A message whose msg_type is not known must be ignored.',
      needs: ['ut_metadata'],
      async run(scene) {
        const peer = await scene.meet()
        peer.sayTo('ut_metadata', { msg_type: type, piece: 0 })
        return await peer.goesOn()
      },
    }),
  ),
]
