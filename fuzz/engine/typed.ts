/** What `read` answers; undefined when it throws an error of this class, or of one of its own. Any other error is thrown. */
export function unlessThrown<Value>(read: () => Value, kind: new (...args: never[]) => Error): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof kind && error.constructor === kind) return undefined
    throw error
  }
}
