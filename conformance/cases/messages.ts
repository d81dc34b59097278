import { messageTable } from '../../transport/wire/message-table.ts'
import type { Case } from '../case.ts'
import { Broken } from '../verdict.ts'
import { waits } from '../waits.ts'
import { frame } from './frames.ts'

const fixed = Object.values(messageTable).filter((row) => row.payloadBytesMin === row.payloadBytesMax)

const lengths = fixed.flatMap(({ name, id, bep, payloadBytesMin: right }) =>
  [right - 1, right + 1]
    .filter((length) => length >= 0)
    .map(
      (length): Case => ({
        name: `length.${name}.${length < right ? 'short' : 'long'}`,
        bep,
        rule: `A ${name} message has ${right} bytes behind its id, and a length prefix says where the next message starts.`,
        needs: [],
        async run(scene) {
          const peer = await scene.meet()
          peer.remote.write(frame(id, new Uint8Array(length)), `${name} with ${length} bytes of payload`)
          return await peer.readsOn()
        },
      }),
    ),
)

const unknown = [10, 11, 12, 18, 19, 24, 99, 255].map(
  (id): Case => ({
    name: `id.${id}`,
    bep: 3,
    rule: 'A length prefix says where the next message starts, also behind a message of an id that is not known.',
    needs: [],
    async run(scene) {
      const peer = await scene.meet()
      peer.remote.write(frame(id, new Uint8Array(6)), `a message of id ${id}`)
      return await peer.readsOn()
    },
  }),
)

const tooLong = [0x7fff_ffff, 0x8000_0000, 0xffff_ffff].map(
  (length): Case => ({
    name: `length.frame.${length.toString(16)}`,
    bep: 3,
    rule: 'A length prefix is four bytes, big-endian, without a sign: what follows belongs to that message.',
    needs: ['fast'],
    async run(scene) {
      const peer = await scene.meet()
      await peer.remote.pass(waits.portion)
      const header = new Uint8Array(5)
      new DataView(header.buffer).setUint32(0, length)
      header[4] = 7
      peer.remote.write(header, `the header of a message of ${length} bytes`)
      const answer = await peer.ask(scene.layout.blockAt(0, 0), waits.quiet)
      if (answer.type === 'piece' || answer.type === 'reject') throw new Broken('the client reads within that message')
      return peer.remote.end ? 'closes' : 'waits for the rest'
    },
  }),
)

const keepAlives = [1, 100].map(
  (count): Case => ({
    name: `message.keep-alive.${count}`,
    bep: 3,
    rule: 'Messages of length zero are keep-alives, and ignored.',
    needs: [],
    async run(scene) {
      const peer = await scene.meet()
      peer.remote.write(new Uint8Array(4 * count), `${count} keep-alives`)
      return await peer.goesOn()
    },
  }),
)

const bitfields = (['short', 'long', 'spare-bits', 'empty'] as const).map(
  (kind): Case => ({
    name: `bitfield.${kind}`,
    bep: 3,
    rule: 'A bitfield has a bit for each piece, and zeros behind: of one that has not, a client reads no further than its length.',
    needs: [],
    async run(scene) {
      const bytes = Math.ceil(scene.layout.pieceCount / 8)
      const peer = await scene.meet({ features: { fast: false } })
      const length = { short: bytes - 1, long: bytes + 1, 'spare-bits': bytes, empty: 0 }[kind]
      peer.remote.write(frame(5, new Uint8Array(length).fill(kind === 'spare-bits' ? 1 : 0)), `a bitfield, ${kind}`)
      return await peer.readsOn()
    },
  }),
)

/** The messages of BEP 3: their lengths, ids that nobody knows, keep-alives, bitfields. */
export const messages: readonly Case[] = [...lengths, ...unknown, ...tooLong, ...keepAlives, ...bitfields]
