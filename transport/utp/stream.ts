import type { Address, Connection, TransportEnd } from '../transport.ts'
import type { UtpHost } from './host.ts'
import type { UtpLife } from './life.ts'
import type { Packet } from './packet.ts'

/** The numbers of a connection that is dialled. */
export interface UtpDialling {
  /** What stands in the packets that we get, and in our SYN: a number from 0 to 65,535 that no other stream of the endpoint receives on. Ours carry the next one. */
  readonly receiveId: number
  /** The number of our SYN, from 0 to 65,535; better random, so that nobody guesses it. */
  readonly sequence: number
  /** Bytes of a datagram at most: of `packet-size.ts` for its address family. */
  readonly datagramBytesMax: number
}

/** The numbers of a connection that a SYN asked for. */
export interface UtpAccepting {
  /** The SYN. We receive on the next id, and send with its id. */
  readonly syn: Packet
  /** The number of our answer and of our first data, from 0 to 65,535; better random. */
  readonly sequence: number
  /** Bytes of a datagram at most: of `packet-size.ts` for its address family. */
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
 * One connection without I/O: packets and time come in by `receive`, `turn` and the host's timer, packets leave by the host's `send`. For its
 * owner it is a `Connection` of `transport.ts`: the handler is called from inside `turn` alone, and `closed` comes when the owner has nothing
 * more to do with it, while what the remote may still repeat is answered until the host's `free`.
 */
export interface UtpStream extends Connection {
  readonly kind: 'utp'
  /** What stands in the packets that the remote sends; undefined before `dial`. */
  readonly receiveId: number | undefined
  /** What stands in our packets, but the SYN; undefined before `dial`. A RESET may carry either. */
  readonly sendId: number | undefined
  /** Sends the SYN, after the host's `begin`. Does nothing once destroyed: the host's `free` has been called. */
  dial(dialling: UtpDialling): void
  /**
   * A packet of the remote for this stream: with its `receiveId`, or a RESET with either id, or a SYN again with the id it was accepted
   * by. The memory behind it is the stream's from now on, until it has delivered the bytes. Calls the handler never, `turnLater` when there is anything to do.
   */
  receive(packet: Packet, nowMicros: number): void
  /** Delivers, resends, sends and acknowledges what came up. The host calls it after `turnLater`, and when it is no longer busy. */
  turn(): void
  /** Ends it for a reason that is not in its packets: `refused` or `unreachable` as the operating system says, or `no_descriptor`. */
  fail(end: TransportEnd): void
}
