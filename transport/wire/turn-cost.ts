import type { IdentifiedName } from './message-table.ts'

/**
 * What it costs to hear something, in sixteenths of the plainest message, such as `keep_alive`: as long as each takes on its way through
 * chart and torrent, roughly. `message`: each, and each batch of blocks or requests. `extended`: one of an extension, beside its
 * bytes, is told to the torrent and to the extension's actor. `block`, `request`: each in a batch, and of what is like a `request`.
 */
export const turnCosts = { message: 16, extended: 64, block: 1, request: 2 } as const

/** Bytes of an unit of cost: of bencode, of which a KiB holds up to 500 values, and bitfields; and of blocks, which are only copied. */
const bytesDecoded = 64
const bytesCopied = 16 * 1024

/**
 * What is processed in one turn of the event loop, of all connections together while none has to wait: 100 plain messages, some 5 ms of
 * work. A read of 256 KiB holds 52,000 of the shortest; full of blocks it costs 48.
 */
export const turnCostMax = 100 * turnCosts.message

/** What a connection may say in each turn, however many others take part: more than a read full of blocks, so that those never wait. */
export const turnCostMin = 4 * turnCosts.message

/** The cost of one message, or of one element of a batch, whose payload has so many bytes. */
export function turnCostOf(name: IdentifiedName, payloadBytes: number): number {
  switch (name) {
    case 'piece':
      return turnCosts.block + Math.floor(payloadBytes / bytesCopied)
    case 'request':
    case 'cancel':
    case 'reject_request':
      return turnCosts.request
    case 'extended':
      return turnCosts.extended + Math.floor(payloadBytes / bytesDecoded)
    case 'bitfield':
      return turnCosts.message + Math.floor(payloadBytes / bytesDecoded)
    default:
      return turnCosts.message
  }
}
