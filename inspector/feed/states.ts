import type { AnyActorRef, AnyStateMachine, AnyTransitionDefinition, Snapshot, StateValue } from 'xstate'

/** The statechart that an actor runs; undefined for an actor that is none. */
export function machineOf(ref: AnyActorRef): AnyStateMachine | undefined {
  const logic: unknown = Reflect.get(ref, 'logic')
  return typeof logic === 'object' && logic !== null && 'root' in logic && 'provide' in logic
    ? (logic as AnyStateMachine)
    : undefined
}

/** The leaves of a state value as ids: `peer.am_choking.choking`. */
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

/** A transition by its ends and its event: `peer.am_choking.choking|torrent.unchoke|peer.am_choking.not_choking`. */
export const transitionId = ({ source, eventType, target }: AnyTransitionDefinition): string =>
  `${source.id}|${eventType}|${target?.[0]?.id ?? ''}`

/** The value of a snapshot of a statechart; undefined for that of another actor. */
export const stateValueOf = (snapshot: Snapshot<unknown> | undefined): StateValue | undefined =>
  snapshot && 'value' in snapshot ? (snapshot.value as StateValue) : undefined

/** The context of a snapshot, where it has one. */
export const contextOf = (snapshot: Snapshot<unknown> | undefined): unknown =>
  snapshot && 'context' in snapshot ? snapshot.context : undefined
