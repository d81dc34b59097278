/** What a chart is made from, written in one way: every list is a list, whether XState takes less for it or not. */
export interface Definition {
  readonly id?: string
  readonly type?: string
  readonly initial?: unknown
  readonly entry?: readonly Named[]
  readonly exit?: readonly Named[]
  readonly on?: Transitions
  readonly after?: Transitions
  readonly always?: readonly Transition[]
  readonly onDone?: readonly Transition[]
  readonly invoke?: readonly Invocation[]
  readonly states?: Readonly<Record<string, Definition>>
}

/** By the event, or the delay, the candidates in their order. */
export type Transitions = Readonly<Record<string, readonly Transition[]>>

/** One candidate. */
export interface Transition {
  readonly target?: string
  readonly guard?: Named
  readonly reenter?: boolean
  readonly actions?: readonly Named[]
}

/** An actor that runs while a state is entered. */
export interface Invocation {
  readonly id?: string
  readonly src: unknown
  readonly onDone?: readonly Transition[]
  readonly onError?: readonly Transition[]
}

/** An action, or a guard, as a chart names it. */
export type Named = unknown

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

const lists = (value: object, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).map(([key, one]) => [key, keys.includes(key) ? listOf(one) : one]))

const transitionOf = (given: unknown): Transition =>
  typeof given === 'string' ? { target: given } : lists(given as object, ['actions'])

const candidatesOf = (given: unknown): readonly Transition[] => listOf(given).map(transitionOf)

const mapped = (given: object, to: (value: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [key, to(value)]))

const fields: Readonly<Record<string, (value: object) => unknown>> = {
  entry: listOf,
  exit: listOf,
  on: (value) => mapped(value, candidatesOf),
  after: (value) => mapped(value, candidatesOf),
  always: candidatesOf,
  onDone: candidatesOf,
  invoke: (value) =>
    listOf(value).map((one) =>
      Object.fromEntries(
        Object.entries(one as object).map(([key, part]) => [
          key,
          key === 'onDone' || key === 'onError' ? candidatesOf(part) : part,
        ]),
      ),
    ),
  states: (value) => mapped(value, (state) => definitionOf(state as object)),
}

/** A config as a definition. It shares no list with it, so that one place of it can be changed alone. */
export const definitionOf = (config: object): Definition =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key, fields[key]?.(value) ?? value]))

/** Where something is in a definition. */
export type Path = readonly (string | number)[]

/** A definition with something else at a path; where that is undefined, with nothing there. */
export function changedAt<Whole>(whole: Whole, [key, ...rest]: Path, change: (value: unknown) => unknown): Whole {
  if (key === undefined) return change(whole) as Whole
  const inner = changedAt((whole as Readonly<Record<string | number, unknown>>)[key], rest, change)
  if (Array.isArray(whole)) return whole.toSpliced(Number(key), 1, ...(inner === undefined ? [] : [inner])) as Whole
  const { [key]: _, ...others } = whole as Readonly<Record<string | number, unknown>>
  if (inner === undefined) return others as Whole
  return { ...whole, [key]: inner }
}
