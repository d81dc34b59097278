import type { AnyActorRef, AnyStateMachine, AnyStateNode, AnyTransitionDefinition, Snapshot, StateValue } from 'xstate'
import { guardLabel, triggerLabel } from '../../diagram/labels.ts'

/** The statechart that an actor runs; undefined for an actor that is none. */
export function machineOf(ref: AnyActorRef): AnyStateMachine | undefined {
  const logic: unknown = Reflect.get(ref, 'logic')
  return typeof logic === 'object' && logic !== null && 'root' in logic && 'provide' in logic
    ? (logic as AnyStateMachine)
    : undefined
}

/** The leaves of a state value by their paths from the machine's id on: `peer.am_choking.choking`, whatever id a state has given itself. */
export function leavesOf(id: string, value: StateValue): string[] {
  if (typeof value === 'string') return [`${id}.${value}`]
  return Object.entries(value).flatMap(([key, below]) => {
    if (below === undefined) return []
    const leaves = leavesOf(`${id}.${key}`, below)
    return leaves.length > 0 ? leaves : [`${id}.${key}`]
  })
}

/** The innermost state of one region of a value: `open`, `rc4`; empty where there is none. */
export function innermost(value: StateValue | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  const [[key, below] = ['', undefined]] = Object.entries(value)
  return innermost(below) || key
}

/**
 * A transition by the paths of its ends and its event as the drawing has it, a line for each target:
 * `peer.am_choking.choking|torrent.unchoke|peer.am_choking.not_choking`, `torrent.life|after retryMs|`.
 */
export function transitionIds(transition: AnyTransitionDefinition): readonly string[] {
  const known = transitions.get(transition)
  if (known) return known
  const from = `${pathOf(transition.source)}|${triggerLabel(transition)}|`
  const { target: targets = [] } = transition
  const guard = transition.guard === undefined ? '' : `|${guardLabel(transition.guard)}`
  const ids = targets.length === 0 ? [from + guard] : targets.map((target) => from + pathOf(target) + guard)
  transitions.set(transition, ids)
  return ids
}

const transitions = new WeakMap<AnyTransitionDefinition, readonly string[]>()

const pathOf = ({ machine, path }: AnyStateNode): string => [machine.id, ...path].join('.')

/** The value of a snapshot of a statechart; undefined for that of another actor. */
export const stateValueOf = (snapshot: Snapshot<unknown> | undefined): StateValue | undefined =>
  snapshot && 'value' in snapshot ? (snapshot.value as StateValue) : undefined

/** The context of a snapshot, where it has one. */
export const contextOf = (snapshot: Snapshot<unknown> | undefined): unknown =>
  snapshot && 'context' in snapshot ? snapshot.context : undefined
