import { not } from 'xstate'
import {
  changedAt,
  type Definition,
  type Invocation,
  type Named,
  type Path,
  type Transition,
  type Transitions,
} from './definition.ts'

/** One change of a chart, as somebody might make it by mistake. */
export interface Mutant {
  /** The state, and what of it: `announcing.asking after answer`. */
  readonly place: string
  /** What is changed there: `guard isFinal dropped`. */
  readonly kind: string
  /** The changed definition, of a definition as it is. */
  readonly change: (definition: Definition) => Definition
  /** The delay that is so many times as long. */
  readonly delay?: { readonly name: string; readonly times: number }
}

/** A mutant in one line, by which it is known. */
export const nameOf = ({ kind, place }: Pick<Mutant, 'kind' | 'place'>): string => `${place}: ${kind}`

const asIs = (definition: Definition): Definition => definition

/** Every mutant of a chart. `delays`: the names of those that it goes by. */
export function mutantsOf(root: Definition, delays: readonly string[]): readonly Mutant[] {
  const ofDelays = delays.flatMap((name) =>
    [2, 0.5].map((times) => ({
      place: `delay ${name}`,
      kind: times > 1 ? 'twice as long' : 'half as long',
      change: asIs,
      delay: { name, times },
    })),
  )
  return [...ofState(root, [], root), ...ofDelays]
}

const drop = () => undefined

const at = (path: Path, change: (value: unknown) => unknown) => (definition: Definition) =>
  changedAt(definition, path, change)

/** A path without the keys `states` between. */
const stateOf = (path: Path): string => path.filter((_, i) => i % 2 === 1).join('.') || '(root)'

function ofState(state: Definition, path: Path, root: Definition): readonly Mutant[] {
  const place = stateOf(path)
  const { always = [], invoke = [], onDone = [], states = {} } = state
  return [
    ...ofActions(state.entry, [...path, 'entry'], `${place} entry`),
    ...ofActions(state.exit, [...path, 'exit'], `${place} exit`),
    ...ofInitial(state, path, place),
    ...ofOrder(state, path, place),
    ...(state.type === 'final' ? [{ place, kind: 'not final', change: at([...path, 'type'], drop) }] : []),
    ...invoke.flatMap((one, i) => ofInvocation(one, [...path, 'invoke', i], place, root)),
    ...ofTransitions({ always, onDone }, path, place, root),
    ...ofTransitions(state.on, [...path, 'on'], `${place} on`, root),
    ...ofTransitions(state.after, [...path, 'after'], `${place} after`, root),
    ...Object.entries(states).flatMap(([name, inner]) => ofState(inner, [...path, 'states', name], root)),
  ]
}

function ofInitial({ initial, states = {} }: Definition, path: Path, place: string): readonly Mutant[] {
  if (typeof initial !== 'string') return []
  const other = nextOf(Object.keys(states), initial)
  if (other === undefined) return []
  return [{ place, kind: `begins in ${other}`, change: at([...path, 'initial'], () => other) }]
}

/** The regions of a parallel state, two that are beside each other in the other order. Those that never act at once have none. */
function ofOrder({ states = {}, type }: Definition, path: Path, place: string): readonly Mutant[] {
  const regions = Object.entries(states)
  if (type !== 'parallel') return []
  return regions.slice(1).flatMap(([second, region], i) => {
    const [first, before] = regions[i] as (typeof regions)[number]
    const occasions = occasionsOf(before)
    if (!occasionsOf(region).some((one) => occasions.some((other) => overlap(one, other)))) return []
    return {
      place,
      kind: `region ${second} before ${first}`,
      change: at([...path, 'states'], (given) => Object.fromEntries(swapped(Object.entries(given as object), i))),
    }
  })
}

/**
 * What has a region, or a state within it, act: the events that it takes, as XState names them; what it does when it is entered, left, or by itself.
 * A delay of one name may pass in two states at once; so may their inner states end.
 */
function occasionsOf(state: Definition): string[] {
  const { after = {}, always = [], entry = [], exit = [], invoke = [], on = {}, onDone = [], states = {} } = state
  return [
    ...Object.keys(on),
    ...Object.keys(after).map((delay) => `xstate.after.${delay}.*`),
    ...(onDone.length > 0 ? ['xstate.done.state.*'] : []),
    ...invoke.flatMap((one) => [
      ...(one.onDone === undefined ? [] : [`xstate.done.actor.${one.id ?? '*'}`]),
      ...(one.onError === undefined ? [] : [`xstate.error.actor.${one.id ?? '*'}`]),
    ]),
    ...(always.length > 0 ? ['(always)'] : []),
    ...(entry.length + invoke.length > 0 ? ['(entry)'] : []),
    ...(exit.length + invoke.length > 0 ? ['(exit)'] : []),
    ...Object.values(states).flatMap(occasionsOf),
  ]
}

/** Whether an event may be both: `pieces.*` and `pieces.complete`. */
const overlap = (one: string, other: string): boolean => one === other || covers(one, other) || covers(other, one)

const covers = (wildcard: string, occasion: string): boolean =>
  wildcard === '*'
    ? !occasion.startsWith('(')
    : wildcard.endsWith('.*') && `${occasion}.`.startsWith(wildcard.slice(0, -1))

function ofInvocation(one: Invocation, path: Path, place: string, root: Definition): readonly Mutant[] {
  const inner = `${place} invoke ${String(one.src)}`
  const { onDone = [], onError = [] } = one
  return [
    { place: inner, kind: 'dropped', change: at(path, drop) },
    ...ofTransitions({ onDone, onError }, path, inner, root),
  ]
}

function ofActions(actions: readonly Named[] = [], path: Path, place: string): readonly Mutant[] {
  const names = actions.map(actionName)
  return actions.map((_, i) => {
    const before = names.slice(0, i).filter((name) => name === names[i]).length
    const which = before === 0 ? '' : ` ${before + 1}`
    return { place, kind: `action ${names[i]}${which} dropped`, change: at([...path, i], drop) }
  })
}

function ofTransitions(given: Transitions = {}, path: Path, place: string, root: Definition): readonly Mutant[] {
  return Object.entries(given).flatMap(([trigger, candidates]) =>
    candidates.flatMap((candidate, i) => {
      const which = candidates.length > 1 ? ` ${i + 1}` : ''
      return ofCandidate(candidate, [...path, trigger], i, `${place} ${trigger}${which}`, root).concat(
        i + 1 < candidates.length
          ? {
              place: `${place} ${trigger}${which}`,
              kind: 'behind the next',
              change: at([...path, trigger], (list) => swapped(list as readonly unknown[], i)),
            }
          : [],
      )
    }),
  )
}

function ofCandidate(candidate: Transition, list: Path, i: number, place: string, root: Definition): Mutant[] {
  const path = [...list, i]
  const { actions, guard, reenter, target } = candidate
  const other = target === undefined ? undefined : otherTarget(target, list, root)
  const withoutIt = (given: unknown) => {
    const rest = (given as readonly unknown[]).toSpliced(i, 1)
    return rest.length === 0 ? undefined : rest
  }
  return [
    { place, kind: 'dropped', change: at(list, withoutIt) },
    ...(guard === undefined
      ? []
      : [
          { place, kind: `guard ${actionName(guard)} dropped`, change: at([...path, 'guard'], drop) },
          {
            place,
            kind: `guard ${actionName(guard)} negated`,
            change: at([...path, 'guard'], (one) => not(one as Parameters<typeof not>[0])),
          },
        ]),
    ...(other === undefined
      ? []
      : [{ place, kind: `leads to ${other}, not ${target}`, change: at([...path, 'target'], () => other) }]),
    ...(reenter === true ? [{ place, kind: 'does not reenter', change: at([...path, 'reenter'], drop) }] : []),
    ...ofActions(actions, [...path, 'actions'], place),
  ]
}

/** The target's sibling that comes next; undefined where it has none, or is a region. `list`: the path of the candidates. */
function otherTarget(target: string, list: Path, root: Definition): string | undefined {
  const source = list.filter((_, i) => list[i - 1] === 'states').map(String)
  const [head = '', ...names] = target.split('.')
  const from = head === '' ? source : head.startsWith('#') ? [] : [...source.slice(0, -1), head]
  const whole = [...from, ...names]
  const parent = whole.slice(0, -1).reduce<Definition | undefined>((one, name) => one?.states?.[name], root)
  if (parent?.states === undefined || parent.type === 'parallel') return undefined
  const last = whole.at(-1) ?? ''
  const other = nextOf(Object.keys(parent.states), last)
  return other === undefined ? undefined : `${target.slice(0, target.length - last.length)}${other}`
}

const nextOf = (names: readonly string[], name: string): string | undefined =>
  names.length < 2 ? undefined : names[(names.indexOf(name) + 1) % names.length]

/** The item at `i` behind that which follows it. */
const swapped = <Item>(items: readonly Item[], i: number): readonly Item[] =>
  items.toSpliced(i, 2, ...items.slice(i, i + 2).reverse())

/** What a chart calls it, with the words that it gives along. */
function actionName(named: Named): string {
  if (typeof named === 'string') return named
  const { params, type } = named as { readonly type?: string; readonly params?: unknown }
  const words = Object.values(typeof params === 'object' && params !== null ? params : {})
  return [type ?? 'without a name', ...words.filter((word) => typeof word === 'string')].join(' ')
}
