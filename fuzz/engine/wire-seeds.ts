import { encode } from '../../transport/wire/encode.ts'
import { encodeHandshake } from '../../transport/wire/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'

/** Bytes that are told apart. */
export const counted = (length: number, from = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)

/** A handshake with all features. */
export const handshakeSeed: Uint8Array = encodeHandshake({
  features: { extended: true, fast: true, dht: true },
  infoHash: counted(20),
  peerId: Buffer.from('-PC0100-abcdefghijkl'),
})

const request = { index: 1, begin: 16_384, length: 16_384 }

const messages: readonly Message[] = [
  { name: 'keep_alive' },
  { name: 'choke' },
  { name: 'unchoke' },
  { name: 'interested' },
  { name: 'not_interested' },
  { name: 'have', index: 3 },
  { name: 'bitfield', bits: counted(3) },
  { name: 'request', requests: [request, request] },
  { name: 'piece', blocks: [{ index: 1, begin: 0, data: counted(40) }] },
  { name: 'cancel', requests: [request] },
  { name: 'port', port: 6881 },
  { name: 'suggest_piece', index: 1 },
  { name: 'have_all' },
  { name: 'have_none' },
  { name: 'reject_request', requests: [request] },
  { name: 'allowed_fast', index: 2 },
  { name: 'extended', id: 0, payload: Buffer.from('d1:md6:ut_pexi1eee') },
]

/** Each message by itself, and all of them. */
export function messageSeeds(): Readonly<Record<string, Uint8Array>> {
  const written = messages.map((message) => [message.name, Buffer.concat(encode(message))] as const)
  return { ...Object.fromEntries(written), all: Buffer.concat(written.map(([, bytes]) => bytes)) }
}
