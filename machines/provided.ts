/** Stands where an actor or an action has to be provided: throws an Error that says how. `machine`: by its name in code. */
export const missingIn =
  (machine: string) =>
  (kind: 'actors' | 'actions', name: string): never => {
    throw new Error(`provide "${name}": ${machine}.provide({ ${kind}: { ${name} } })`)
  }

/** Throws a TypeError where an actor is made from nothing. `what`: as in "a peer". */
export function requireInput<Input>(what: string, input: Input | undefined): Input {
  if (input === undefined) throw new TypeError(`${what} is made from an input, or restored from a snapshot`)
  return input
}
