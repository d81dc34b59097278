import { actionLabel, guardLabel } from '../../diagram/labels.ts'

type Fields = Readonly<Record<string, unknown>>

/** What is shown of a state, of a transition and of an invocation, in the order in which they are written, which is that of the alphabet. */
const ofState: Readonly<Record<string, (value: unknown) => unknown>> = {
  after: (value) => byKey(value, transitions),
  always: transitions,
  description: (value) => value,
  entry: actions,
  exit: actions,
  history: (value) => value,
  id: (value) => value,
  initial: transitions,
  invoke: (value) => each(value, (one) => picked(one, ofInvocation)),
  on: (value) => byKey(value, transitions),
  onDone: transitions,
  states: (value) => byKey(value, (state) => picked(state, ofState)),
  tags: (value) => value,
  target: (value) => value,
  type: (value) => value,
}

const ofTransition: Readonly<Record<string, (value: unknown) => unknown>> = {
  actions,
  description: (value) => value,
  guard: guardLabel,
  reenter: (value) => value,
  target: (value) => value,
}

const ofInvocation: Readonly<Record<string, (value: unknown) => unknown>> = {
  id: (value) => value,
  onDone: transitions,
  onError: transitions,
  onSnapshot: transitions,
  src: (value) => (typeof value === 'string' ? value : undefined),
}

const known = new WeakMap<object, object>()

/**
 * The config of a statechart, with states, transitions, and the names of guards and actions as the drawings have them: `send(send.choke)`. Of
 * the whole config most would be functions and the params of actions. Made once for each config.
 */
export function shortDefinition(config: object): object {
  const made = known.get(config) ?? (picked(config, ofState) as object)
  known.set(config, made)
  return made
}

function picked(value: unknown, shown: Readonly<Record<string, (value: unknown) => unknown>>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const short: Record<string, unknown> = {}
  for (const [name, shorten] of Object.entries(shown)) {
    const field = (value as Fields)[name]
    if (field !== undefined) short[name] = shorten(field)
  }
  return short
}

function transitions(value: unknown): unknown {
  return each(value, (one) => picked(one, ofTransition))
}

function actions(value: unknown): unknown {
  return each(value, actionLabel)
}

function each(value: unknown, shorten: (value: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(shorten) : shorten(value)
}

function byKey(value: unknown, shorten: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, shorten((value as Fields)[key])]))
}
