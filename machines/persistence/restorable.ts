import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type ContextFrom,
  type EventFromLogic,
  type InputFrom,
  matchesState,
  type Snapshot,
  type StateValue,
} from 'xstate'
import { isObject } from '../../transport/require.ts'
import { isRecord, misfit, type Plain } from './codec.ts'
import { type Living, livingOnly } from './living.ts'
import { SnapshotError } from './snapshot-error.ts'

/** How the snapshots of a machine become plain data, and what becomes of that. */
export interface Persistence<Context, Input, Event> {
  readonly living: Living<Context>
  /** Raised when what was written before would be misread. */
  readonly version: number
  /** The context as plain data. */
  write(context: Context): Plain | undefined
  /** Throws a SnapshotError for what it refuses. */
  restore(restoring: Restoring<Context, Input, Event>): AnyMachineSnapshot
}

/** A snapshot that was written by this version of the machine, and what it is restored with. */
export interface Restoring<Context, Input, Event> {
  /** The states that it was in: the machine has them all. */
  readonly value: { readonly [region: string]: StateValue | undefined }
  /** As `Persistence.write` wrote it, or not. */
  readonly context: unknown
  /** What `createActor` was given beside the snapshot. */
  readonly input: Partial<Input> | undefined
  /** Now, in milliseconds: as the clock of the actor tells; 0 where it does not, as of a clock that has just begun. */
  readonly at: number
  /** As if it were made now. */
  begin(input: Input): AnyMachineSnapshot
  /** As it stands in these states, without children. Nothing is done. */
  resolve(value: StateValue, context: Context): AnyMachineSnapshot
  /** What follows from an event; what is to be done is done as the actor starts. */
  next(snapshot: AnyMachineSnapshot, event: Event): AnyMachineSnapshot
}

/**
 * A machine, and what it becomes by `provide`, whose persisted snapshots are plain JSON, from which `createActor(machine, { snapshot })`
 * restores it. By XState's custom an actor made from what is refused is in error from the start, with a SnapshotError. See `livingOnly`
 * for contexts that went through JSON by other ways.
 */
export function restorable<Machine extends AnyStateMachine>(
  machine: Machine,
  persistence: Persistence<ContextFrom<Machine>, Exclude<InputFrom<Machine>, undefined>, EventFromLogic<Machine>>,
): Machine {
  const { getInitialSnapshot, id, provide, resolveState, transition } = machine
  const { living, restore, version, write } = persistence
  return Object.assign(livingOnly(machine, living), {
    provide: (...given: Parameters<typeof provide>) => restorable(provide.apply(machine, given), persistence),
    getPersistedSnapshot(snapshot: AnyMachineSnapshot): Snapshot<unknown> {
      const { error, status, value } = snapshot
      if (status === 'error') return asPlain({ status, machine: id, version, error: { message: messageOf(error) } })
      return asPlain({ status, machine: id, version, value, context: write(snapshot.context), children: {} })
    },
    restoreSnapshot(json: unknown, scope: AnyActorScope): AnyMachineSnapshot {
      const { context, value } = readSnapshot(json, { id, version, what: living.what })
      requireStates(value, (states) => resolveState.call(machine, { value: states, context: {} }).value)
      return restore({
        value,
        context,
        input: Reflect.get(Reflect.get(scope.self, 'options') ?? {}, 'input'),
        at: timeOf(scope),
        begin(input) {
          const first = getInitialSnapshot.call(machine, scope, input)
          if (first.status === 'error') throw first.error
          return first
        },
        resolve: (states, living) => resolveState.call(machine, { value: states, context: living }),
        next: (snapshot, event) => transition.call(machine, snapshot, event, scope),
      })
    },
  })
}

/** It is what `JSON.parse` makes of it. */
const asPlain = (snapshot: object): Snapshot<unknown> => JSON.parse(JSON.stringify(snapshot))

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Throws a SnapshotError unless this is a snapshot of that machine. */
function readSnapshot(
  json: unknown,
  { id, version, what }: { readonly id: string; readonly version: number; readonly what: string },
): { readonly value: Readonly<Record<string, StateValue>>; readonly context: unknown } {
  if (!isRecord(json) || json.machine !== id) {
    throw new SnapshotError('foreign', `${what} cannot be restored from this: it is no persisted snapshot of ${what}`)
  }
  if (json.version !== version) {
    throw new SnapshotError(
      'version',
      `${what} cannot be restored: its snapshot is of version ${json.version}, and this peerchart reads version ${version}`,
    )
  }
  if (json.status === 'error') {
    throw new SnapshotError('crashed', `${what} cannot be restored: its code had thrown, so nobody knows how it stands`)
  }
  const { context, value } = json
  return isRecord(value) && areStates(value) ? { value, context } : misfit('value', 'names no states')
}

const areStates = (json: object): json is Readonly<Record<string, StateValue>> =>
  Object.values(json).every((one: unknown) => typeof one === 'string' || (isRecord(one) && areStates(one)))

/** Throws a SnapshotError unless the machine can be in these states. */
function requireStates(value: StateValue, resolve: (value: StateValue) => StateValue): void {
  let resolved: StateValue
  try {
    resolved = resolve(value)
  } catch {
    misfit('value', 'names states that there are not')
  }
  if (!matchesState(value, resolved) || !matchesState(resolved, value)) misfit('value', 'does not name all states')
}

/** The time, if the clock that the actor was given tells it. */
function timeOf({ self }: AnyActorScope): number {
  const clock: unknown = Reflect.get(self, 'clock')
  if (!isObject(clock) || !('now' in clock) || typeof clock.now !== 'function') return 0
  const now: unknown = clock.now()
  return typeof now === 'number' ? now : 0
}
