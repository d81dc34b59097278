import type { InspectionEvent } from 'xstate'

/** What is true of every step that actors take. */
export interface Rule {
  /** Where it is from: a specification, or `design`. */
  readonly source: string
  /** Begins to look: what it answers is asked about each inspection event, and says what is wrong. */
  begin(): (seen: InspectionEvent) => string | undefined
}

/** Looks at running actors. */
export interface Watch {
  /** Given to what makes them: `createActor`, `createTorrent`, `createSession`. */
  readonly inspect: (seen: InspectionEvent) => void
  /** What was broken, as it was: the rule, its source, and what was wrong. */
  readonly broken: readonly string[]
}

/** Watches actors, whatever drives them, by rules: those of a torrent, of a session, or of your own. */
export function createWatch(rules: Readonly<Record<string, Rule>>): Watch {
  const witnesses = Object.entries(rules).map(([name, { source, begin }]) => ({ name, source, ask: begin() }))
  const broken: string[] = []
  return {
    broken,
    inspect: (seen) => {
      for (const { ask, name, source } of witnesses) {
        const problem = ask(seen)
        if (problem !== undefined) broken.push(`${name} (${source}): ${problem}`)
      }
    },
  }
}
