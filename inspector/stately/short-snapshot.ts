import type { Snapshot } from 'xstate'
import { trimmed, valueText } from '../feed/shorten.ts'
import { contextOf, stateValueOf } from '../feed/states.ts'

/** Fields of a context that are shown. */
const fieldsMax = 100

/** The same state, with a context in which each field is a number or a short text. */
export function shortSnapshot(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  const { status, output, error } = snapshot
  const tags = 'tags' in snapshot && snapshot.tags instanceof Set ? [...snapshot.tags] : []
  return {
    children: {},
    context: shortContext(contextOf(snapshot)),
    error: trimmed(error),
    output: trimmed(output),
    status,
    tags,
    value: stateValueOf(snapshot),
  } as Snapshot<unknown>
}

function shortContext(context: unknown): unknown {
  if (typeof context !== 'object' || context === null) return trimmed(context)
  const short: Record<string, unknown> = {}
  let left = fieldsMax
  for (const [name, value] of Object.entries(context)) {
    if (left-- === 0) break
    const text = typeof value === 'object' && value !== null ? textOf(value) : trimmed(value)
    if (text !== undefined) short[name] = text
  }
  return short
}

/** Contexts are immutable: what two share is put in words once. */
const texts = new WeakMap<object, string>()

function textOf(value: object): string {
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = valueText(value)
  texts.set(value, text)
  return text
}
