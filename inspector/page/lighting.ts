import type { SaidRow } from '../protocol.ts'

/** What is lit in a chart: the states an actor is in, and those around them. */
export interface Lit {
  readonly active: ReadonlySet<string>
  readonly around: ReadonlySet<string>
}

/** From the leaves that an actor is in. A leaf may be drawn as part of one box: then the box is lit as one around it. */
export function litBy(states: readonly string[]): Lit {
  const around = new Set<string>()
  for (const state of states) {
    for (let end = state.lastIndexOf('.'); end > 0; end = state.lastIndexOf('.', end - 1))
      around.add(state.slice(0, end))
  }
  return { active: new Set(states), around }
}

/** A transition that an event caused, as a chart names its ends; without another state as its target it is a reaction of its source. */
export interface Taken {
  readonly source: string
  readonly event: string
  readonly target: string
}

/** The transitions that an event caused. */
export function takenBy({ took }: Pick<SaidRow, 'took'>): Taken[] {
  return took.map((line) => {
    const [source = '', event = '', target = ''] = line.split('|')
    return { source, event, target }
  })
}

/** The states of an actor as pairs of region and state: `am_choking`, `choking`; without regions the path alone. */
export function byRegion(states: readonly string[]): { readonly region: string; readonly state: string }[] {
  return states.map((id) => {
    const [, first = id, ...rest] = id.split('.')
    return rest.length === 0 ? { region: '', state: first } : { region: first, state: rest.join('.') }
  })
}
