import { weightOf } from './weight.ts'

type Facts = Readonly<Record<string, unknown>>

/** The snapshot that was remembered last of an actor, and with which entry. */
interface Last {
  entry: object
  readonly context: unknown
  readonly facts: Facts
}

/** Of a snapshot beside its facts: itself, its value, and the fields of its context. */
const snapshotBytes = 800
const fieldBytes = 8

/**
 * What remembered snapshots hold, in bytes. One shares all but a few facts of its context with the one before of the same actor, and some
 * with those of other actors: a fact counts once, from the first entry that holds it until the last is let go.
 */
export class Held {
  #bytes = 0
  readonly #last = new Map<number, Last>()
  readonly #facts = new Map<unknown, { holders: number; bytes: number }>()
  /** What goes with an entry: bytes of its own, and facts that no later snapshot of the actor has. */
  readonly #owned = new WeakMap<object, { bytes: number; readonly facts: unknown[] }>()

  get bytes(): number {
    return this.#bytes
  }

  /** An entry takes so many bytes itself. */
  add(entry: object, bytes: number): void {
    this.#ownedBy(entry).bytes += bytes
    this.#bytes += bytes
  }

  /** An entry holds how an actor stood. Entries of an actor come in about the order in which they are let go. */
  hold(entry: object, actor: number, context: unknown): void {
    const last = this.#last.get(actor)
    if (last && last.context === context) {
      last.entry = entry
      return
    }
    const facts = factsOf(context)
    const old = last?.facts ?? {}
    const names = Object.keys(facts)
    this.add(entry, snapshotBytes + fieldBytes * names.length)
    for (const name of names) if (facts[name] !== old[name]) this.#take(facts[name], old[name])
    if (last)
      for (const name of Object.keys(old))
        if (old[name] !== facts[name]) this.#ownedBy(last.entry).facts.push(old[name])
    this.#last.set(actor, { entry, context, facts })
  }

  /** An entry is forgotten, with how these actors stood. */
  letGo(entry: object, actors: readonly number[]): void {
    const { bytes, facts } = this.#ownedBy(entry)
    this.#owned.delete(entry)
    this.#bytes -= bytes
    for (const fact of facts) this.#release(fact)
    for (const actor of actors) {
      const last = this.#last.get(actor)
      if (last?.entry !== entry) continue
      this.#last.delete(actor)
      for (const fact of Object.values(last.facts)) this.#release(fact)
    }
  }

  #ownedBy(entry: object) {
    const owned = this.#owned.get(entry) ?? { bytes: 0, facts: [] }
    this.#owned.set(entry, owned)
    return owned
  }

  /** What a fact shares with that in whose place it comes is its own from now on: that one goes first. */
  #take(fact: unknown, instead: unknown): void {
    if (!hasWeight(fact)) return
    const held = this.#facts.get(fact)
    if (held) {
      held.holders++
      return
    }
    const own = weightOf(fact, instead)
    const before = this.#facts.get(instead)
    const shared = before ? Math.max(0, before.bytes - weightOf(instead, fact)) : 0
    if (before) before.bytes -= shared
    this.#facts.set(fact, { holders: 1, bytes: own + shared })
    this.#bytes += own
  }

  #release(fact: unknown): void {
    const held = this.#facts.get(fact)
    if (!held || --held.holders > 0) return
    this.#facts.delete(fact)
    this.#bytes -= held.bytes
  }
}

const hasWeight = (fact: unknown): boolean => typeof fact === 'string' || (typeof fact === 'object' && fact !== null)

/** The facts of a context as they are now; none of one that cannot be read. */
function factsOf(context: unknown): Facts {
  try {
    return { ...(typeof context === 'object' && context) }
  } catch {
    return {}
  }
}
