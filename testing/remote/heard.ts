import type { Message } from '../../transport/wire/messages.ts'
import type { WireSink } from '../../transport/wire/sink.ts'

/**
 * A message that came, as it stood on the wire: what the codec gathers in a batch is told one by one. Its bytes are its hearer's to keep.
 * `unknown`: of an id that no BEP known here defines.
 */
export type Heard = Message | { readonly name: 'unknown'; readonly id: number }

/** The part of a sink that takes messages, and tells each alone. */
export const eachAlone = (
  take: (message: Heard) => void,
): Pick<WireSink, 'blocks' | 'extended' | 'message' | 'unknown'> => ({
  blocks: (blocks) => {
    for (const block of blocks) take({ name: 'piece', blocks: [{ ...block, data: block.data.slice() }] })
  },
  extended: (id, payload) => take({ name: 'extended', id, payload: payload.slice() }),
  message: (name, fields) => {
    const message = { name, ...fields } as Message
    if (message.name === 'request' || message.name === 'cancel' || message.name === 'reject_request') {
      for (const request of message.requests) take({ name: message.name, requests: [request] })
    } else take(message.name === 'bitfield' ? { ...message, bits: message.bits.slice() } : message)
  },
  unknown: (id) => take({ name: 'unknown', id }),
})
