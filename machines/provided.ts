/** Stands where an actor or an action has to be provided: throws an Error that says how. `machine`: by its name in code. */
export const missingIn =
  (machine: string) =>
  (kind: 'actors' | 'actions', name: string): never => {
    throw new Error(`provide "${name}": ${machine}.provide({ ${kind}: { ${name} } })`)
  }

/** What has a name among peers, as all that is made from an input. */
interface Bearer {
  /** Our peer id, 40 hex digits. */
  readonly peerId: string
}

/** A part of an input, beside a snapshot that has the rest: all but our peer id may be another. */
export type PartOf<Input extends Bearer> = Partial<Omit<Input, 'peerId'>> & { readonly peerId?: undefined }

/** Throws a TypeError where an actor is made from nothing, or from a part without a snapshot. `what`: as in "a peer". */
export function requireInput<Input extends Bearer>(what: string, input: Input | PartOf<Input> | undefined): Input {
  if (input === undefined) throw new TypeError(`${what} is made from an input, or restored from a snapshot`)
  if (!isWhole(input)) throw new TypeError(`${what} is made from a part of an input only beside a snapshot`)
  return input
}

const isWhole = <Input extends Bearer>(input: Input | PartOf<Input>): input is Input => input.peerId !== undefined
