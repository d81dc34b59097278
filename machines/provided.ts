/** Stands where an actor or an action has to be provided: throws an Error that says how. `machine`: by its name in code. */
export const missingIn =
  (machine: string) =>
  (kind: 'actors' | 'actions', name: string): never => {
    throw new Error(`provide "${name}": ${machine}.provide({ ${kind}: { ${name} } })`)
  }
