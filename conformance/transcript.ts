import { bytesToHex } from '../machines/hex.ts'
import type { Message } from '../transport/wire/messages.ts'

/** Something that happened on a connection, at a time in milliseconds since the suite began. */
export interface Happening {
  readonly connection: number
  readonly at: number
  /** `us`: we did it. */
  readonly by: 'us' | 'client'
  /** For people. */
  readonly text: string
}

/** Of one case: more is left out, so that a client cannot fill our memory. */
const happeningsMax = 400

/** What happened on the connections of one case. */
export class Transcript {
  readonly happenings: Happening[] = []
  #connections = 0

  /** The number of the next connection. */
  nextConnection(): number {
    return this.#connections++
  }

  /** Writes down what happened. */
  note(happening: Happening): void {
    if (this.happenings.length < happeningsMax) this.happenings.push(happening)
  }

  /** One line for each: the time, the connection, `>` what we sent and `<` what came. */
  lines(): readonly string[] {
    return this.happenings.map(
      ({ at, by, connection, text }) =>
        `${String(Math.round(at)).padStart(7)} ms  #${connection} ${by === 'us' ? '>' : '<'} ${text}`,
    )
  }
}

/** A message in a line. */
export function describeMessage(message: Message): string {
  switch (message.name) {
    case 'have':
    case 'suggest_piece':
    case 'allowed_fast':
      return `${message.name} ${message.index}`
    case 'bitfield':
      return `bitfield ${shortHex(message.bits)}`
    case 'request':
    case 'cancel':
    case 'reject_request':
      return message.requests
        .map(({ index, begin, length }) => `${message.name} ${index} ${begin} ${length}`)
        .join(', ')
    case 'piece':
      return message.blocks.map(({ index, begin, data }) => `piece ${index} ${begin}, ${data.length} bytes`).join(', ')
    case 'port':
      return `port ${message.port}`
    case 'extended':
      return `extended ${message.id} ${printable(message.payload)}`
    default:
      return message.name
  }
}

const shownBytes = 24

/** Bytes in hex, the first of them where there are many. */
export const shortHex = (bytes: Uint8Array): string =>
  bytes.length <= shownBytes
    ? bytesToHex(bytes)
    : `${bytesToHex(bytes.subarray(0, shownBytes))}… (${bytes.length} bytes)`

/** What can be read of a bencoded message. */
const printable = (bytes: Uint8Array): string =>
  `${String.fromCharCode(...bytes.subarray(0, 160)).replace(/[^\x20-\x7e]/g, '.')}${bytes.length > 160 ? '…' : ''}`
