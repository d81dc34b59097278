import type { AnyTransitionDefinition, StateValue } from 'xstate'

/**
 * An action as a drawing names it: its name in `setup()`, and its params where they are constants: `strike(9)`. A built-in
 * that is written in place reads `raise(peer.violation)`, `sendTo(send.choke)`, `assign`; a bare function by its own name.
 */
export function actionLabel(action: unknown): string {
  if (typeof action === 'function') return inlineActionLabel(action)
  return referenceLabel(action)
}

/** A guard as a drawing names it: `and`, `or`, `not` written between the names, `stateIn` as `in(handshake.open)`. */
export function guardLabel(guard: unknown): string {
  if (typeof guard !== 'function') return referenceLabel(guard)
  if ('stateValue' in guard) return `in(${statePaths(guard.stateValue as StateValue).join(', ')})`
  if (!('guards' in guard) || !Array.isArray(guard.guards)) return functionName(guard)
  const parts = guard.guards.map((part) => (isJunction(part) ? `(${guardLabel(part)})` : guardLabel(part)))
  return guard.name === 'not' ? `not ${parts.join()}` : parts.join(` ${guard.name} `)
}

/** What sets a transition off, without XState's internal event names. */
export function triggerLabel(transition: AnyTransitionDefinition): string {
  if ('delay' in transition)
    return typeof transition.delay === 'number' ? `after ${transition.delay} ms` : `after ${transition.delay}`
  const { eventType } = transition
  if (eventType === '') return 'always'
  if (eventType.startsWith('xstate.done.state.')) return 'done'
  return eventType.replace(/^xstate\.(?:(done|error)\.actor|(snapshot))\.(.+)$/, '$1$2($3)')
}

function inlineActionLabel(action: object & { readonly name: string }): string {
  const type = stringAt(action, 'type')
  if (type === undefined) return functionName(action)
  const subject = ['event', 'sendId', 'src'].map((field) => brief(fieldOf(action, field))).find(Boolean)
  const verb = type.replace(/^xstate\./, '')
  return subject === undefined ? verb : `${verb}(${subject})`
}

function referenceLabel(reference: unknown): string {
  if (typeof reference === 'string') return reference
  const name = stringAt(reference, 'type') ?? 'anonymous'
  const params = fieldOf(reference, 'params')
  if (typeof params !== 'object' || params === null) return name
  const shown = Object.values(params).map((value) => brief(value) ?? '…')
  return shown.length === 0 ? name : `${name}(${shown.join(', ')})`
}

/** A constant in a word: itself, or the type of an event object. */
function brief(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return stringAt(value, 'type')
}

function statePaths(value: StateValue | undefined): string[] {
  if (value === undefined) return []
  if (typeof value === 'string') return [value]
  return Object.entries(value).flatMap(([key, below]) => {
    const paths = statePaths(below)
    return paths.length === 0 ? [key] : paths.map((path) => `${key}.${path}`)
  })
}

function isJunction(guard: unknown): boolean {
  return typeof guard === 'function' && (guard.name === 'and' || guard.name === 'or') && 'guards' in guard
}

function functionName({ name }: { readonly name: string }): string {
  return name || 'anonymous'
}

function stringAt(value: unknown, field: string): string | undefined {
  const found = fieldOf(value, field)
  return typeof found === 'string' ? found : undefined
}

function fieldOf(value: unknown, field: string): unknown {
  const holder = typeof value === 'function' || (typeof value === 'object' && value !== null)
  return holder ? Reflect.get(value, field) : undefined
}
