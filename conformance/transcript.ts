/** Something that happened on a connection, at a time in milliseconds since the suite began. */
export interface Happening {
  readonly connection: number
  readonly at: number
  /** `us`: we did it. */
  readonly by: 'us' | 'client'
  /** For people. */
  readonly text: string
}

/** Bytes that one side sent, as the other is to read them: decrypted, without what a negotiation of encryption says. */
export interface Carried extends Pick<Happening, 'connection' | 'at' | 'by'> {
  readonly bytes: Uint8Array
}

/** Of one case: more is left out, so that a client cannot fill our memory. */
const happeningsMax = 400
const carriedBytesMax = 1024 * 1024

/** What happened on the connections of one case. */
export class Transcript {
  readonly happenings: Happening[] = []
  /** In the order in which it was sent, or came. */
  readonly carried: Carried[] = []
  #connections = 0
  #carriedBytes = 0

  /** The number of the next connection. */
  nextConnection(): number {
    return this.#connections++
  }

  /** Writes down what happened. */
  note(happening: Happening): void {
    if (this.happenings.length < happeningsMax) this.happenings.push(happening)
  }

  /** Keeps a copy of bytes that went over the wire. */
  carry(carried: Carried): void {
    this.#carriedBytes += carried.bytes.length
    if (this.#carriedBytes <= carriedBytesMax) this.carried.push({ ...carried, bytes: carried.bytes.slice() })
  }

  /** One line for each: the time, the connection, `>` what we sent and `<` what came. */
  lines(): readonly string[] {
    return this.happenings.map(
      ({ at, by, connection, text }) =>
        `${String(Math.round(at)).padStart(7)} ms  #${connection} ${by === 'us' ? '>' : '<'} ${text}`,
    )
  }
}
