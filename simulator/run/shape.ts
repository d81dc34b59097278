import { requireObject, requireText } from '../../transport/require.ts'

/** What a value has to be: throws a TypeError or a RangeError that begins with its name. */
export type Check = (name: string, value: unknown) => void

/** What each property of an object has to be. */
export type Shape<T> = { readonly [Key in keyof T]-?: Check }

/** An object that has these properties, and no others: a word that is misspelt would do nothing, and nobody would be told. */
export function requireShape<T>(name: string, value: unknown, shape: Shape<T>): asserts value is T {
  requireObject(name, value)
  for (const key of Object.keys(Object(value))) {
    if (Object.hasOwn(shape, key)) continue
    throw new TypeError(`${name} has no ${key}: it may have ${Object.keys(shape).join(', ')}`)
  }
  for (const [key, check] of Object.entries<Check>(shape)) check(`${key} of ${name}`, Reflect.get(Object(value), key))
}

/** An object of a shape. */
export const shaped =
  <T>(shape: Shape<T>): Check =>
  (name, value) =>
    requireShape(name, value, shape)

/** What may be left out. */
export const optional =
  (check: Check): Check =>
  (name, value) => {
    if (value !== undefined) check(name, value)
  }

/** A list. */
export const list: Check = (name, value) => {
  if (!Array.isArray(value)) throw new TypeError(`${name}: a list is wanted, not ${shown(value)}`)
}

/** One of these words. */
export const oneOf =
  (...words: readonly string[]): Check =>
  (name, value) => {
    requireText(name, value)
    if (!words.some((word) => word === value)) {
      throw new RangeError(`${name} is one of ${words.join(', ')}, not ${shown(value)}`)
    }
  }

/** A number within bounds, which belong to it. */
export const number =
  (least: number, most = Number.MAX_VALUE): Check =>
  (name, value) => {
    if (numberOf(name, value) >= least && Number(value) <= most) return
    throw new RangeError(`${name} is a number from ${least}${upTo(most)}, not ${value}`)
  }

/** A number above 0, and not infinite, which JSON has no word for. */
export const above0 =
  (most = Number.MAX_VALUE): Check =>
  (name, value) => {
    if (numberOf(name, value) > 0 && Number(value) <= most) return
    throw new RangeError(
      `${name} is ${most === Number.MAX_VALUE ? 'a finite number above 0' : `above 0, at most ${most}`}, not ${value}`,
    )
  }

/** A whole number within bounds, which belong to it. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (name, value) => {
    if (Number.isSafeInteger(numberOf(name, value)) && Number(value) >= least && Number(value) <= most) return
    throw new RangeError(`${name} is a whole number from ${least}${upTo(most)}, not ${value}`)
  }

function numberOf(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is a number, not ${shown(value)}`)
  return value
}

const upTo = (most: number): string => (most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : '')

/** As it would stand in a scenario. */
const shown = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))
