import type { Connection, TransportEnd } from '../../transport/transport.ts'
import { encode } from '../../transport/wire/encode.ts'
import { frameLimit } from '../../transport/wire/frame-limit.ts'
import { encodeHandshake, type Features } from '../../transport/wire/handshake.ts'
import type { BlockRequest, Message, MessageName } from '../../transport/wire/messages.ts'
import { WireReader } from '../../transport/wire/reader.ts'
import { pieceOf } from '../storage/support.ts'
import { addressOf, type Swarm } from '../swarm/swarm.ts'
import { messagesTo } from '../transport/wire/record.ts'

/** How a scripted remote behaves. It does nothing that its script does not say. */
export interface Script {
  /** Default: the Fast extension alone. */
  readonly features?: Features
  /** 20 bytes. Default: the host's name, filled up. */
  readonly peerId?: Uint8Array
  /** 20 bytes. Default: the swarm's. */
  readonly infoHash?: Uint8Array
  /** Said right behind the handshake. */
  readonly greets?: readonly Message[]
  /** Called with each message that comes; batches are split into messages of one. */
  hears?(message: Message, self: RawPeer): void
}

/** One connection of a scripted remote: no chart, no rules, only bytes. */
export interface RawPeer {
  readonly received: readonly Message[]
  /** Every block it was asked for, in order. */
  readonly requests: readonly BlockRequest[]
  /** Why it ended; undefined while it lives. */
  readonly end: TransportEnd | undefined
  count(name: MessageName): number
  say(...messages: readonly Message[]): void
  sayBytes(bytes: Uint8Array): void
  /** Reads no more, as a process that hangs. */
  hang(): void
  leave(): void
}

const fastAlone: Features = { extended: false, fast: true, dht: false }

/** Listens on a host; answers the connections it has had, in order. */
export function listenRaw(swarm: Swarm, host: string, script: Script): readonly RawPeer[] {
  const connections: RawPeer[] = []
  void swarm.network
    .transport(host)
    .listen(addressOf(host), (connection) => connections.push(speak(swarm, host, connection, script)))
  return connections
}

/** Dials one of the swarm's hosts. */
export function dialRaw(swarm: Swarm, host: string, to: string, script: Script): RawPeer {
  return speak(swarm, host, swarm.network.transport(host).dial(addressOf(to)), script)
}

/** The block that was asked for, right. */
export function answerTo(swarm: Swarm, { index, begin, length }: BlockRequest): Message {
  const data = pieceOf(swarm.metainfo, swarm.data, index).subarray(begin, begin + length)
  return { name: 'piece', blocks: [{ index, begin, data }] }
}

/** A script that has everything, unchokes whoever is interested, and does `answer` with each request. */
export function seederThat(answer: (request: BlockRequest, self: RawPeer) => void): Script {
  return {
    greets: [{ name: 'have_all' }],
    hears(message, self) {
      if (message.name === 'interested') self.say({ name: 'unchoke' })
      if (message.name === 'request') for (const request of message.requests) answer(request, self)
    },
  }
}

function speak(swarm: Swarm, host: string, connection: Connection, script: Script): RawPeer {
  const received: Message[] = []
  let end: TransportEnd | undefined
  const self: RawPeer = {
    received,
    get requests() {
      return received.flatMap((message) => (message.name === 'request' ? message.requests : []))
    },
    get end() {
      return end
    },
    count: (name) => received.filter((message) => message.name === name).length,
    say: (...messages) => {
      connection.write(messages.flatMap((message) => encode(message)))
    },
    sayBytes: (bytes) => {
      connection.write([bytes])
    },
    hang: () => connection.pause(),
    leave: () => connection.destroy(),
  }
  const greet = () =>
    self.sayBytes(
      encodeHandshake({
        features: script.features ?? fastAlone,
        infoHash: script.infoHash ?? swarm.metainfo.infoHash,
        peerId: script.peerId ?? new TextEncoder().encode(host.padEnd(20, '-')),
      }),
    )
  const reader = new WireReader({
    infoHash: () => {
      if (connection.direction === 'in') greet()
    },
    peerId: () => {
      self.say(...(script.greets ?? []))
      reader.startMessages(frameLimit())
    },
    ...messagesTo((message) => {
      for (const one of split(message)) {
        received.push(one)
        script.hears?.(one, self)
      }
    }),
    unknown: () => {},
    violation: ({ code }) => {
      throw new Error(`a torrent broke a rule of the wire: ${code}`)
    },
  })
  connection.open({
    opened: () => {
      if (connection.direction === 'out') greet()
    },
    data: (chunk) => {
      reader.push(chunk)
      while (reader.isBehind) reader.readOn()
    },
    drained: () => {},
    closed: (reason) => {
      end = reason
    },
  })
  return self
}

function split(message: Message): Message[] {
  if (message.name === 'piece') {
    return message.blocks.map((block) => ({ name: 'piece', blocks: [{ ...block, data: block.data.slice() }] }))
  }
  if (message.name === 'bitfield') return [{ ...message, bits: message.bits.slice() }]
  if (message.name === 'extended') return [{ ...message, payload: message.payload.slice() }]
  if (!('requests' in message)) return [message]
  const { name } = message
  return message.requests.map((request) => ({ name, requests: [request] }))
}
