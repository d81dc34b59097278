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
