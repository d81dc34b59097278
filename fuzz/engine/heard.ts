import type { Message } from '../../transport/wire/messages.ts'
import type { WireSink } from '../../transport/wire/sink.ts'
import type { WireViolationCode } from '../../transport/wire/violation.ts'

/** What a reader has told, each element of a batch by itself: how many stand in one depends on the portions. */
export type Told =
  | Message
  | { readonly name: 'unknown'; readonly id: number }
  | { readonly name: 'violation'; readonly code: WireViolationCode }

/** A sink that keeps what it is told. */
export interface KeepingSink extends WireSink {
  readonly messages: Told[]
  /** Of the handshake: its reserved bytes and info hash, and its peer id, as far as they have come. */
  readonly handshake: Uint8Array[]
}

/** One that has been told nothing. */
export function heardBy(): KeepingSink {
  const messages: Told[] = []
  const handshake: Uint8Array[] = []
  return {
    messages,
    handshake,
    infoHash: (reserved, infoHash) => handshake.push(reserved, infoHash),
    peerId: (peerId) => handshake.push(peerId),
    blocks: (blocks) => {
      for (const block of blocks) messages.push({ name: 'piece', blocks: [{ ...block, data: block.data.slice() }] })
    },
    extended: (id, payload) => messages.push({ name: 'extended', id, payload: payload.slice() }),
    message: (name, fields) => {
      if ('requests' in fields)
        for (const request of fields.requests) messages.push({ name, requests: [request] } as Message)
      else if ('bits' in fields) messages.push({ name, bits: fields.bits.slice() } as Message)
      else messages.push({ name, ...fields } as Message)
    },
    unknown: (id) => messages.push({ name: 'unknown', id }),
    violation: ({ code }) => messages.push({ name: 'violation', code }),
  }
}
