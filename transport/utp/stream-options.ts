import type { Address } from '../transport.ts'
import type { UtpHost } from './host.ts'
import type { UtpLife } from './life.ts'
import type { Packet } from './packet.ts'

/** The numbers of a connection that is dialled. */
export interface UtpDialling {
  /**
   * What stands in the packets that we get, and in our SYN: a number from 0 to 65,535 that no other stream of the endpoint receives on. Ours
   * carry the next one.
   */
  readonly receiveId: number
  /** The number of our SYN, from 0 to 65,535; better random, so that nobody guesses it. */
  readonly sequence: number
  /** Bytes of a datagram at most: `datagramBytesMax` of `packet-size.ts` for its address family. */
  readonly datagramBytesMax: number
}

/** The numbers of a connection that a SYN asked for. */
export interface UtpAccepting {
  /** The SYN. We receive on the next id, and send with its id. */
  readonly syn: Packet
  /** The number of our answer and of our first data, from 0 to 65,535; better random. */
  readonly sequence: number
  /** Bytes of a datagram at most: `datagramBytesMax` of `packet-size.ts` for its address family. */
  readonly datagramBytesMax: number
}

/** What a stream is made from. */
export interface UtpStreamOptions {
  readonly host: UtpHost
  readonly life: UtpLife
  readonly remote: Address
  /** Given for a connection that came in: its SYN is answered at the end of the turn. Without it the stream dials when it is opened. */
  readonly accepting?: UtpAccepting
}

/**
 * What the owner was told, and what it may hear yet: `none` has not opened the stream; `opening` waits for `opened`; to `ending` and `closing`
 * only `closed` is told, to the latter as soon as may be.
 */
export type OwnerStage = 'none' | 'opening' | 'open' | 'ending' | 'closing' | 'closed'
