import type { Case } from '../case.ts'
import { frame, u32s } from './frames.ts'

type Fields = (pieces: number, pieceLength: number) => Uint8Array

interface Row {
  readonly id: number
  readonly bep: number
  readonly fields: Readonly<Record<string, Fields>>
}

const index: Readonly<Record<string, Fields>> = {
  end: (pieces) => u32s(pieces),
  sign: () => u32s(0x8000_0000),
  max: () => u32s(0xffff_ffff),
}

const requests: Readonly<Record<string, Fields>> = {
  index: () => u32s(0xffff_ffff, 0, 16_384),
  begin: () => u32s(0, 0xffff_0000, 16_384),
  length: () => u32s(0, 0, 0xffff_ffff),
  zero: () => u32s(0, 0, 0),
}

/** Messages that name what the torrent has not. Requests have cases of their own. */
const rows: Readonly<Record<string, Row>> = {
  have: { id: 4, bep: 3, fields: index },
  cancel: { id: 8, bep: 3, fields: requests },
  piece: {
    id: 7,
    bep: 3,
    fields: {
      index: () => block(0xffff_ffff, 0, 16_384),
      begin: () => block(0, 0xffff_0000, 16_384),
      'across-end': (_, pieceLength) => block(0, pieceLength - 1, 16_384),
      empty: () => block(0, 0, 0),
    },
  },
  suggest_piece: { id: 13, bep: 6, fields: index },
  reject_request: { id: 16, bep: 6, fields: requests },
  allowed_fast: { id: 17, bep: 6, fields: index },
}

const block = (at: number, begin: number, length: number): Uint8Array =>
  Buffer.concat([u32s(at, begin), new Uint8Array(length)])

/** Every message that has an index, a begin or a length, with one that is none of the torrent (BEP 3, BEP 6). */
export const fields: readonly Case[] = Object.entries(rows).flatMap(([message, { id, bep, fields: bad }]) =>
  Object.entries(bad).map(
    ([name, content]): Case => ({
      name: `field.${message}.${name}`,
      bep,
      rule: `What a ${message} message names is of the torrent: behind one that names what is not, a client closes or reads on.`,
      needs: bep === 6 ? ['fast'] : [],
      async run(scene) {
        const peer = await scene.meet(bep === 6 ? {} : { features: { fast: false } })
        const bytes = content(scene.layout.pieceCount, scene.layout.pieceLength)
        peer.remote.write(frame(id, bytes), `${message}, its ${name} none of the torrent`)
        return await peer.readsOn()
      },
    }),
  ),
)
