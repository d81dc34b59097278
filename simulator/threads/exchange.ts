import type { MessagePort } from 'node:worker_threads'
import type { Packet } from '../network/packet.ts'
import type { Exchange } from '../run/lockstep.ts'
import type { Standing } from '../run/part.ts'
import { decodePackets, type EncodedPackets, encodePackets, memoryOf } from './packet-codec.ts'

/** What one part tells another. */
interface Message {
  readonly standing: Standing
  readonly packets: EncodedPackets
}

/** The exchange of the part `own` with those at the other end of `ports`, by their numbers. Closes the ports by `close`. */
export function exchangeBy(
  ports: ReadonlyMap<number, MessagePort>,
  own: number,
): { readonly exchange: Exchange; close(): void } {
  const inboxes = new Map([...ports].map(([part, port]) => [part, new Inbox(port)]))
  return {
    exchange: async (standing, mail) => {
      for (const [part, port] of ports) {
        const packets = encodePackets(mail[part] ?? [])
        port.postMessage({ standing, packets } satisfies Message, memoryOf(packets))
      }
      const standings: Standing[] = []
      const arriving: Packet[] = mail[own] ?? []
      standings[own] = standing
      for (const [part, inbox] of inboxes) {
        const message = await inbox.next()
        standings[part] = message.standing
        for (const packet of decodePackets(message.packets)) arriving.push(packet)
      }
      return { standings, mail: arriving }
    },
    close: () => {
      for (const port of ports.values()) port.close()
    },
  }
}

/** What comes through a port, in order. */
class Inbox {
  readonly #messages: Message[] = []
  #wake: (() => void) | undefined

  constructor(port: MessagePort) {
    port.on('message', (message: Message) => {
      this.#messages.push(message)
      this.#wake?.()
    })
    // Nothing would ever wake the others: thrown here, it ends the thread.
    port.on('messageerror', (error) => {
      throw error
    })
  }

  async next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift()
      if (message) return message
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
