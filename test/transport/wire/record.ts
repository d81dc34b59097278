import { encodeHandshake } from '../../../transport/wire/handshake.ts'
import type { Message, MessageFields, MessageName } from '../../../transport/wire/messages.ts'
import { WireReader } from '../../../transport/wire/reader.ts'
import type { SunkName, WireSink } from '../../../transport/wire/sink.ts'
import type { WireViolation } from '../../../transport/wire/violation.ts'

/** What a sink got, payloads copied: it may be looked at after the delivery. */
export interface Recording {
  readonly reader: WireReader
  readonly calls: ('infoHash' | 'peerId' | 'message' | 'unknown' | 'violation')[]
  readonly infoHashes: { reserved: Uint8Array; infoHash: Uint8Array }[]
  readonly peerIds: Uint8Array[]
  readonly messages: Message[]
  /** Ids nobody has defined. */
  readonly unknown: number[]
  readonly violations: WireViolation[]
}

/** What may be done inside the callbacks of a sink. */
export interface Hooks extends Partial<Pick<WireSink, 'infoHash' | 'peerId' | 'unknown' | 'violation'>> {
  message?(message: Message): void
}

/** The part of a sink that takes messages, whatever they are. */
export const messagesTo = (take: (message: Message) => void): Pick<WireSink, 'blocks' | 'extended' | 'message'> => ({
  blocks: (blocks) => take({ name: 'piece', blocks }),
  extended: (id, payload) => take({ name: 'extended', id, payload }),
  message: (name, fields) => take(messageOf<SunkName>(name, fields)),
})

const messageOf = <Name extends MessageName>(name: Name, fields: MessageFields[Name]): Message<Name> => ({
  name,
  ...fields,
})

/** A reader that records. `hooks` run inside the callbacks, after the recording. */
export function record(hooks: Hooks = {}): Recording {
  const reader = new WireReader({
    infoHash(reserved, infoHash) {
      recording.calls.push('infoHash')
      recording.infoHashes.push({ reserved, infoHash })
      hooks.infoHash?.(reserved, infoHash)
    },
    peerId(peerId) {
      recording.calls.push('peerId')
      recording.peerIds.push(peerId)
      hooks.peerId?.(peerId)
    },
    ...messagesTo((message) => {
      recording.calls.push('message')
      recording.messages.push(kept(message))
      hooks.message?.(message)
    }),
    unknown(id) {
      recording.calls.push('unknown')
      recording.unknown.push(id)
      hooks.unknown?.(id)
    },
    violation(violation) {
      recording.calls.push('violation')
      recording.violations.push(violation)
      hooks.violation?.(violation)
    },
  })
  const recording: Recording = {
    reader,
    calls: [],
    infoHashes: [],
    peerIds: [],
    messages: [],
    unknown: [],
    violations: [],
  }
  return recording
}

/** A recording reader behind its handshake, messages started. */
export function recordMessages(maxFrameBytes = 1024 * 1024, hooks: Hooks = {}): Recording {
  const recording = record(hooks)
  recording.reader.push(someHandshake)
  recording.reader.startMessages(maxFrameBytes)
  recording.calls.length = 0
  return recording
}

/** A handshake with every feature. */
export const someHandshake = encodeHandshake({
  features: { extended: true, fast: true, dht: true },
  infoHash: new Uint8Array(20).fill(0xaa),
  peerId: new Uint8Array(20).fill(0xbb),
})

/** The messages as they stood on the wire: every batch split into batches of one. */
export function flatten(messages: readonly Message[]): Message[] {
  return messages.flatMap((message): Message[] => {
    switch (message.name) {
      case 'piece':
        return message.blocks.map((block) => ({ name: 'piece', blocks: [block] }))
      case 'request':
      case 'cancel':
      case 'reject_request': {
        const { name } = message
        return message.requests.map((request) => ({ name, requests: [request] }))
      }
      default:
        return [message]
    }
  })
}

/** The bytes of `parts`, one after another. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Bytes from hex digits; blanks are ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ''), 'hex'))
}

/** Hex digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function kept(message: Message): Message {
  if (message.name === 'bitfield') return { ...message, bits: message.bits.slice() }
  if (message.name === 'extended') return { ...message, payload: message.payload.slice() }
  if (message.name !== 'piece') return message
  return { name: 'piece', blocks: message.blocks.map((block) => ({ ...block, data: block.data.slice() })) }
}
