import type { ActorRow, Role, SaidRow } from '../protocol/protocol.ts'
import { grouped } from './grouped.ts'

/** A lane of the sequence diagram: one actor, or all of a role when there are many. */
export interface Lane {
  readonly key: string
  readonly name: string
  readonly role: Role | 'program'
  readonly actors: ReadonlySet<number>
}

/** From the wire inwards. */
const roleOrder: readonly (Role | 'program')[] = [
  'listener',
  'transport',
  'extension',
  'peer',
  'group',
  'torrent',
  'core',
  'storage',
  'tracker',
  'web seed',
  'dht',
  'session',
  'other',
  'program',
]

/** More actors of a role than these share one lane. */
const alone = 2

/** The lanes for what an actor said and heard: its own, and one for each it talked with. */
export function lanesOf(actor: number, rows: readonly SaidRow[], actors: ReadonlyMap<number, ActorRow>): Lane[] {
  const roleOf = (id: number): Role | 'program' => (id === 0 ? 'program' : (actors.get(id)?.role ?? 'other'))
  const others = new Set(rows.flatMap(({ from, to }) => [from, to]))
  others.delete(actor)
  const byRole = grouped([...others], roleOf)
  const lanes: Lane[] = [laneOf(actor, roleOf(actor), actors)]
  for (const [role, ids] of byRole) {
    if (ids.length <= alone) lanes.push(...ids.map((id) => laneOf(id, role, actors)))
    else lanes.push({ key: role, name: `${ids.length} ${role}s`, role, actors: new Set(ids) })
  }
  return lanes.sort((a, b) => roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role))
}

function laneOf(id: number, role: Role | 'program', actors: ReadonlyMap<number, ActorRow>): Lane {
  return { key: String(id), name: nameOf(id, actors), role, actors: new Set([id]) }
}

/** How an actor is called. */
export function nameOf(id: number, actors: ReadonlyMap<number, ActorRow>): string {
  return id === 0 ? 'the program' : (actors.get(id)?.name ?? 'one forgotten')
}

/** As one calls it from another: an actor that the other made, or was made by, is known by its role alone. */
export function shortTitleOf(id: number, from: ActorRow, actors: ReadonlyMap<number, ActorRow>): string {
  const actor = actors.get(id)
  const isNear = actor !== undefined && from.role === 'peer' && (actor.parent === from.id || from.parent === id)
  return isNear ? actor.role : titleOf(id, actors)
}

/** Its name, with its role where the name does not say it. */
export function titleOf(id: number, actors: ReadonlyMap<number, ActorRow>): string {
  const actor = actors.get(id)
  const name = nameOf(id, actors)
  return actor === undefined || name.toLowerCase().includes(actor.role) ? name : `${actor.role} ${name}`
}

/**
 * What stands on the buttons of actors, by id: the titles, with the torrent that an actor is a part of where there are several, and with
 * numbers where two have one title all the same.
 */
export function buttonTitles(
  shown: readonly ActorRow[],
  actors: ReadonlyMap<number, ActorRow>,
): ReadonlyMap<number, string> {
  const hasSeveral = shown.filter(({ role }) => role === 'torrent').length > 1
  const taken = new Map<string, number>()
  return new Map(
    shown.map(({ id, parent }) => {
      const whole = actors.get(parent)
      const of = hasSeveral && whole?.role === 'torrent' ? whole.name.replace(/^torrent/, '') : ''
      const title = titleOf(id, actors) + of
      const count = (taken.get(title) ?? 0) + 1
      taken.set(title, count)
      return [id, count === 1 ? title : `${title} · ${count}`]
    }),
  )
}
