import { isPortToBind } from '../../transport/port.ts'
import { hexToBytes } from '../hex.ts'
import { SnapshotError } from './snapshot-error.ts'

/** What JSON can say. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }

/** How a value becomes plain data, and is made again of it. */
export interface Codec<Value> {
  /** Undefined: nothing is written. */
  write(value: Value): Plain | undefined
  /** `at`: where it stands, for people. Throws a SnapshotError for what `write` does not write. */
  read(json: unknown, at: string): Value
}

/** Throws: `what` goes on behind the place, as in "context.peer is no count". */
export function misfit(at: string, what: string): never {
  throw new SnapshotError('malformed', `the snapshot is not what peerchart writes: ${at} ${what}`)
}

/** A value that JSON says itself. */
const itself = <Value extends Plain>(isOne: (json: unknown) => json is Value, what: string): Codec<Value> => ({
  write: (value) => value,
  read: (json, at) => (isOne(json) ? json : misfit(at, what)),
})

/** An object whose fields JSON says all by itself, looked at by a function that is there already. */
export const plainObject = <Value extends object>(
  isOne: (json: unknown) => json is Value,
  what: string,
): Codec<Value> => ({
  write: (value) => JSON.parse(JSON.stringify(value)),
  read: (json, at) => (isOne(json) ? json : misfit(at, what)),
})

/** Any object but a list. */
export const isRecord = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** True or false. */
export const boolean = itself((json) => typeof json === 'boolean', 'is neither true nor false')

/** Text. */
export const text = itself((json) => typeof json === 'string', 'is no text')

/** A finite number. */
export const finite = itself((json): json is number => Number.isFinite(json), 'is no number')

/** A safe integer from 0. */
export const count = itself(
  (json): json is number => typeof json === 'number' && Number.isSafeInteger(json) && json >= 0,
  'is no count',
)

/** 20 bytes as hex digits. */
export const hexDigest = itself(
  (json): json is string => typeof json === 'string' && /^[0-9a-f]{40}$/.test(json),
  'is not 40 hex digits',
)

/** A port; 0 is one that the system chooses. */
export const port = itself(isPortToBind, 'is no port')

/** 20 bytes as hex digits, or nothing. */
export const digest = itself(
  (json): json is string => typeof json === 'string' && /^([0-9a-f]{40})?$/.test(json),
  'is not 40 hex digits, nor empty',
)

/** One of these words. */
export const oneOf = <const Word extends string>(...words: readonly Word[]): Codec<Word> =>
  itself((json): json is Word => words.some((word) => word === json), `is not ${words.join(' or ')}`)

/** A limit: a number above 0, or none (Infinity), of which JSON knows nothing. */
export const limit: Codec<number> = {
  write: (value) => (value === Number.POSITIVE_INFINITY ? null : value),
  read: (json, at) => {
    if (json === null) return Number.POSITIVE_INFINITY
    return finite.read(json, at)
  },
}

/** Bytes, as hex digits. */
export const bytes: Codec<Uint8Array> = {
  write: (value) => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  read: (json, at) => {
    if (typeof json !== 'string' || !/^([0-9a-f]{2})*$/.test(json)) misfit(at, 'is no run of bytes')
    return hexToBytes(json)
  },
}

/** Where there may be nothing. */
export const optional = <Value>({ read, write }: Codec<Value>): Codec<Value | undefined> => ({
  write: (value) => (value === undefined ? undefined : write(value)),
  read: (json, at) => (json === undefined ? undefined : read(json, at)),
})

/** A list of such values. */
export const list = <Value>({ read, write }: Codec<Value>): Codec<readonly Value[]> => ({
  write: (values) => values.map((value) => write(value) ?? null),
  read: (json, at) =>
    Array.isArray(json) ? json.map((one: unknown, i) => read(one, `${at}[${i}]`)) : misfit(at, 'is no list'),
})

/** The same, of which the last `most` are read: what no part of us would have written more of. */
export const newest = <Value>(codec: Codec<Value>, most: number): Codec<readonly Value[]> => {
  const { read, write } = list(codec)
  return { write, read: (json, at) => read(Array.isArray(json) ? json.slice(-most) : json, at) }
}

/** Such values by name. */
export const dictionary = <Value>({ read, write }: Codec<Value>): Codec<Readonly<Record<string, Value>>> => ({
  write: (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, write(value) ?? null])),
  read: (json, at) =>
    isRecord(json)
      ? Object.fromEntries(Object.entries(json).map(([name, one]) => [name, read(one, `${at}.${name}`)]))
      : misfit(at, 'is no object'),
})

/** How each field of an object is written; the compiler asks for all of them. */
export type Fields<Value> = { readonly [Name in keyof Value]-?: Codec<Value[Name]> }

/** An object with these fields. A field without a value is not written, and not there when it is read. */
export function record<Value extends object>(fields: Fields<Value>): Codec<Value> {
  const all: readonly (readonly [string, Codec<unknown>])[] = Object.entries(fields)
  return {
    write: (value) => {
      const plain: Record<string, Plain> = {}
      for (const [name, codec] of all) {
        const one = codec.write(Reflect.get(value, name))
        if (one !== undefined) plain[name] = one
      }
      return plain
    },
    read: (json, at) => {
      if (!isRecord(json)) misfit(at, 'is no object')
      const entries = all
        .map(([name, codec]) => [
          name,
          codec.read(Object.hasOwn(json, name) ? json[name] : undefined, at === '' ? name : `${at}.${name}`),
        ])
        .filter(([, value]) => value !== undefined)
      return Object.fromEntries(entries) as Value
    },
  }
}
