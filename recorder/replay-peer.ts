import { type Actor, createActor, fromCallback, type InspectionEvent } from 'xstate'
import type { TransportInput } from '../machines/peer/actions/vocabulary.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import type { PeerInput } from '../machines/peer/vocabulary/context.ts'
import { type DelayedTimer, delayedTimers } from '../machines/peer/vocabulary/delays.ts'
import type { PeerEvent } from '../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../machines/peer/vocabulary/transport-commands.ts'

/** In milliseconds: a timer so late did not fire. The clock of a program that was busy for longer stood still meanwhile. */
const lateMs = 5_000

/** In milliseconds: so much too early a timer may fire, as clocks round. */
const earlyMs = 2

/** The timers of a peer in virtual time. They fire when the record says so, not sooner or later than they may. */
class Timers {
  now: number
  readonly #due = new Map<DelayedTimer, number>()

  constructor(now: number) {
    this.now = now
  }

  start(name: DelayedTimer): void {
    this.#due.set(name, this.now + delayedTimers[name])
  }

  cancel(name: DelayedTimer): void {
    this.#due.delete(name)
  }

  /** What is wrong with an event that comes now: it is a timer that is not due, or a timer should have fired before. */
  complaintAbout({ type }: { readonly type: string }): string | undefined {
    const fired = this.#named(type)
    if (fired !== undefined) {
      const due = this.#due.get(fired)
      if (due === undefined) return `${type} is not running`
      if (due > this.now + earlyMs) return `${type} is due in ${Math.round(due - this.now)} ms`
      this.#due.delete(fired)
    }
    const late = [...this.#due].find(([, due]) => due + lateMs < this.now)
    return late && `timer.${late[0]} was due ${Math.round(this.now - late[1])} ms before`
  }

  #named(type: string): DelayedTimer | undefined {
    const names = Object.keys(delayedTimers) as DelayedTimer[]
    return names.find((name) => type === `timer.${name}`)
  }
}

const timersOf = new WeakMap<object, Timers>()

/** The peer chart, with a transport that carries nothing. */
const machine = peerMachine.provide({
  actors: { transport: fromCallback<TransportCommand, TransportInput>(() => undefined) },
  actions: {
    startTimer: ({ self }, { name }) => timersOf.get(self)?.start(name),
    cancelTimer: ({ self }, { name }) => timersOf.get(self)?.cancel(name),
  },
})

/** A peer that lives through its record. */
export class ReplayPeer {
  readonly #actor: Actor<typeof machine>
  readonly #timers: Timers
  /** What its code threw. */
  crash: { readonly error: unknown } | undefined

  /** Makes it, which is its first step. */
  constructor(at: number, input: PeerInput, inspect: (event: InspectionEvent) => void) {
    this.#timers = new Timers(at)
    this.#actor = createActor(machine, { input, inspect })
    timersOf.set(this.#actor, this.#timers)
    this.#actor.subscribe({
      error: (error) => {
        this.crash = { error }
      },
    })
    this.#actor.start()
  }

  /** What the time says against an event; undefined where nothing. */
  complaintAbout(at: number, event: { readonly type: string }): string | undefined {
    this.#timers.now = at
    return this.#timers.complaintAbout(event)
  }

  take(event: PeerEvent): void {
    this.#actor.send(event)
  }

  /** How it stands. */
  get view() {
    return this.#actor.getSnapshot()
  }

  stop(): void {
    this.#actor.stop()
  }
}

/** Whether this can be what a peer is made from, as far as it can be told. */
export function isPeerInput(value: unknown): value is PeerInput {
  if (!hasFields(value, ['peer', 'at'], 'number') || !hasFields(value, ['peerId'], 'string')) return false
  const link = 'link' in value ? value.link : undefined
  return (
    hasFields(link, ['direction', 'kind'], 'string') &&
    'address' in link &&
    hasFields(link.address, ['host'], 'string') &&
    hasFields(link.address, ['port'], 'number')
  )
}

const eventTypes: ReadonlySet<string> = new Set(peerMachine.events)

/** Whether a peer takes such events. */
export const isPeerEvent = (value: unknown): value is PeerEvent =>
  hasFields(value, ['type'], 'string') && 'type' in value && eventTypes.has(String(value.type))

const hasFields = (value: unknown, names: readonly string[], type: 'number' | 'string'): value is object =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => name in value && typeof Reflect.get(value, name) === type)
