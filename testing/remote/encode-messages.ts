import { encode } from '../../transport/wire/encode.ts'
import type { Message } from '../../transport/wire/messages.ts'

/** The bytes of messages, in order: what a test cuts, or spoils, before it sends it. */
export const encodeMessages = (...messages: readonly Message[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(messages.flatMap((message) => encode(message))))
