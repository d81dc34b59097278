import type { SaidRow } from '../protocol/protocol.ts'

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
export interface Taken extends Cause {
  readonly source: string
  readonly target: string
}

/** What a label begins with: an event, and the guard that let it pass, empty where there is none. */
export interface Cause {
  readonly event: string
  readonly guard: string
}

/** The transitions that an event caused. */
export function takenBy({ took }: Pick<SaidRow, 'took'>): Taken[] {
  return took.map((line) => {
    const [source = '', event = '', target = '', guard = ''] = line.split('|')
    return { source, event, target, guard }
  })
}

/** What begins a line that goes on with the label of the line before, as the drawing has it (diagram/wrap.ts). */
const goesOn = /^[\s\u200b]{4}/
const indent = /^[\s\u200b]+/

/** Which lines of an arrow say that an event goes along it: those of the labels that name it; of an arrow that names none so, all. */
export function linesNaming(lines: readonly string[], cause: Cause): readonly number[] {
  const labels: number[][] = []
  for (const [i, line] of lines.entries()) {
    if (goesOn.test(line)) labels.at(-1)?.push(i)
    else labels.push([i])
  }
  const naming = labels.filter((label) => names(label.map((i) => lines[i]?.replace(indent, '')).join(' '), cause))
  return (naming.length > 0 ? naming : labels).flat()
}

/** Whether a label begins with an event, alone or among others, and has the guard: `2 wire.have, wire.bitfield [isOpen] / tell`. */
export function names(label: string, { event, guard }: Cause): boolean {
  const [, triggers = '', guarded = ''] = /^(?:↻ )?(?:\d+ )?(.*?)(?: \[(.*?)\])?(?: [/→].*)?$/.exec(label.trim()) ?? []
  return guarded === guard && triggers.split(',').some((trigger) => trigger.trim() === event)
}

/** The states of an actor as pairs of region and state: `am_choking`, `choking`; without regions the path alone. */
export function byRegion(states: readonly string[]): { readonly region: string; readonly state: string }[] {
  return states.map((id) => {
    const [, first = id, ...rest] = id.split('.')
    return rest.length === 0 ? { region: '', state: first } : { region: first, state: rest.join('.') }
  })
}
