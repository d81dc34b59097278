import type { Clock } from '../clock.ts'

/** What a stream needs of the endpoint that carries its packets. One for each stream: it knows where the remote is. */
export interface UtpHost {
  /** Its timers: a stream holds one at most, and none once it is free. */
  readonly clock: Clock
  /** Time in microseconds, an integer of the same clock as its timers; never goes back. Goes into packets modulo 2^32. */
  nowMicros(): number
  /** The stream, which was to dial, was opened: calls its `dial` or its `fail` later, never from inside this call. */
  begin(): void
  /**
   * Takes a datagram, and answers its number: 1 for the first of the socket, then counting, also those that are dropped, in the order in
   * which they leave. The memory remains the stream's, which writes into it again when it sends the packet once more, or another once it has
   * left (`departed`) and was acknowledged; a host that keeps datagrams for long, such as a simulated network, copies them.
   */
  send(datagram: Uint8Array): number
  /** The number of the last datagram that has left the socket. What is above it was not sent yet, and cannot have been lost. */
  readonly departed: number
  /** Whether the socket has enough waiting: the stream sends no data for now. The host calls `turn` once there is room. */
  readonly isBusy: boolean
  /** Whether the socket has given as many datagrams in this turn of the event loop as in one at most: more may wait in it, for the next. */
  readonly hasMore: boolean
  /** Calls the stream's `turn` at the end of this turn of the event loop, once however often it was asked, never from inside this call. */
  turnLater(): void
  /** The owner has been told that it is closed: nobody here waits for what is left of it. Called once at most. */
  disowned(): void
  /** Nothing more is sent or expected: its connection ids can be given to another. The last call, once. */
  free(): void
}
