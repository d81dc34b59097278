/** What callers give, looked at where they give it: each of these throws a TypeError that names it and says what it is to be. */

/** Anything with properties but a function. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
/** Anything that can be called. */
export const isFunction = (value: unknown): boolean => typeof value === 'function'
/** A Uint8Array, also one of Node's. */
export const isBytes = (value: unknown): boolean => value instanceof Uint8Array

/** Options, or what else is taken apart by name. */
export function requireObject(name: string, value: unknown): void {
  if (!isObject(value))
    throw new TypeError(`${name} is an object, not ${typeof value === 'function' ? 'a function' : value}`)
}

/** True or false. */
export function requireBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`${name} is true or false, not ${value}`)
}

/** Text. */
export function requireText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`${name} is text, not ${typeof value}`)
}

/** Bytes. */
export function requireBytes(name: string, value: unknown): void {
  if (!isBytes(value)) throw new TypeError(`${name} are bytes, a Uint8Array`)
}

/** A function. */
export function requireFunction(name: string, value: unknown): void {
  if (!isFunction(value)) throw new TypeError(`${name} is a function`)
}

/** What has these methods, such as a clock. */
export function requireMethods(name: string, value: unknown, methods: readonly string[]): void {
  const has = new Map(isObject(value) ? methods.map((method) => [method, Reflect.get(value, method)]) : [])
  const missing = methods.filter((method) => !isFunction(has.get(method)))
  if (missing.length > 0)
    throw new TypeError(`${name} has ${methods.join(', ')}; what was given lacks ${missing.join(', ')}`)
}

/** Time, as it is injected. */
export function requireClock(value: unknown): void {
  requireMethods('clock', value, ['now', 'setTimeout', 'clearTimeout'])
}
