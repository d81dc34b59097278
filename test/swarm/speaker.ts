import { extendedHandshake } from '../../testing/remote/extended-messages.ts'
import {
  decodeExtendedHandshake,
  type ExtendedHandshake,
  extendedHandshakeId,
} from '../../transport/wire/extended/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'
import type { Script } from '../hostile/raw-peer.ts'

/** A scripted remote that speaks BEP 10, and what it has heard. */
export interface Speaker {
  readonly script: Script
  /** The extended handshakes that came, in order. */
  readonly greetings: readonly ExtendedHandshake[]
  /** Messages of extensions that came under an id, in order. */
  heard(id: number): Uint8Array[]
}

/** Makes one. `greeting` is its extended handshake; `then` it says right behind. */
export function speaker(greeting?: ExtendedHandshake, then: readonly Message[] = [{ name: 'have_none' }]): Speaker {
  const greetings: ExtendedHandshake[] = []
  const messages: { readonly id: number; readonly payload: Uint8Array }[] = []
  return {
    greetings,
    heard: (id) => messages.filter((message) => message.id === id).map(({ payload }) => payload),
    script: {
      features: { extended: true, fast: true, dht: false },
      greets: greeting ? [extendedHandshake(greeting), ...then] : then,
      hears(message) {
        if (message.name !== 'extended') return
        const payload = message.payload.slice()
        if (message.id === extendedHandshakeId) greetings.push(decodeExtendedHandshake(payload) ?? {})
        else messages.push({ id: message.id, payload })
      },
    },
  }
}
