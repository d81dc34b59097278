import type { SaidRow } from '../protocol/protocol.ts'

/** Which events of an actor the timeline shows. */
export interface EventFilter {
  readonly heard: boolean
  readonly said: boolean
  /** Types that are left out. */
  readonly without: ReadonlySet<string>
  /**
   * Words that the type, the text, the name of the other actor or a transition must have, all of them; with a minus, words that type and
   * text must not have.
   */
  readonly search: string
}

/** The events of an actor that pass. `nameOf` gives the name of an actor. */
export function eventsOf(
  actor: number,
  rows: readonly SaidRow[],
  filter: EventFilter,
  nameOf: (id: number) => string,
): SaidRow[] {
  // A minus alone is a word that is still being written.
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-')
  return rows.filter((row) => {
    const isHeard = row.to === actor
    if (!(isHeard ? filter.heard : row.from === actor && filter.said) || filter.without.has(row.type)) return false
    if (words.length === 0) return true
    const other = nameOf(isHeard ? row.from : row.to)
    const said = `${row.type} ${row.text}`.toLowerCase()
    const text = `${said} ${other} ${row.took.join(' ')}`.toLowerCase()
    return words.every((word) => (word.startsWith('-') ? !said.includes(word.slice(1)) : text.includes(word)))
  })
}

/** The types of events with how many there are, by name. */
export function typesOf(rows: readonly SaidRow[]): (readonly [type: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const { type } of rows) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The part of a type before its first dot: the speaker. */
export const speakerOf = (type: string): string => type.split('.', 1)[0] ?? type
