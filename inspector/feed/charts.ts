import type { AnyStateMachine } from 'xstate'

/** Names without a number, of machines that have been; beyond, each name has one. */
const plainNamesMax = 1_000

/**
 * The statecharts that known actors run, each by a name of its own: the machine's id, with a number where another chart has or had it.
 * Machines that differ by what was provided alone are one chart.
 */
export class Charts {
  readonly #byName = new Map<string, { readonly machine: AnyStateMachine; actors: number }>()
  /** By the definition that a machine was made of. */
  readonly #names = new WeakMap<object, string>()
  readonly #plain = new Set<string>()
  #numbered = 1

  /** One more actor runs it. Answers its name. */
  add(machine: AnyStateMachine): string {
    const name = this.#names.get(machine.config) ?? this.#newName(machine.id)
    this.#names.set(machine.config, name)
    const chart = this.#byName.get(name) ?? { machine, actors: 0 }
    chart.actors++
    this.#byName.set(name, chart)
    return name
  }

  /** An actor that ran it is forgotten. */
  remove(name: string): void {
    const chart = this.#byName.get(name)
    if (chart && --chart.actors === 0) this.#byName.delete(name)
  }

  /** The machine of that name; undefined when no known actor runs it. */
  get(name: string): AnyStateMachine | undefined {
    return this.#byName.get(name)?.machine
  }

  /** No name is given twice: a page keeps the pictures it has. */
  #newName(id: string): string {
    if (this.#plain.has(id) || this.#plain.size >= plainNamesMax) return `${id}~${++this.#numbered}`
    this.#plain.add(id)
    return id
  }
}
