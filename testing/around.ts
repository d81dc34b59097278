/**
 * An object that is another but for `changes`. Unlike a spread it has also what the other has by its class, and calls that on the other, whose
 * private fields it may need. It is plain, so it may be spread.
 */
export function around<T extends object>(inner: T, changes: Partial<T>): T {
  const outer = {}
  for (let from: object = inner; from !== Object.prototype && from !== null; from = Object.getPrototypeOf(from)) {
    for (const key of Reflect.ownKeys(from)) {
      if (key === 'constructor' || Object.hasOwn(outer, key)) continue
      const get = () => {
        const value: unknown = Reflect.get(inner, key)
        return typeof value === 'function' ? value.bind(inner) : value
      }
      Object.defineProperty(outer, key, { get, enumerable: true, configurable: true })
    }
  }
  return Object.defineProperties(outer, Object.getOwnPropertyDescriptors(changes)) as T
}
