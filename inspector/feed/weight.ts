import { isHandle } from './shorten.ts'

/** Of a text, a view, an actor and what cannot be looked into, beside their contents; of an object or a list, and of each of its fields. */
const textBytes = 24
const viewBytes = 100
const handleBytes = 1_000
const unknownBytes = 200
const objectBytes = 24
const fieldBytes = 8
const entryBytes = 32

/** How deep is looked, how many values at most, and how many of a long list: what is beyond is taken to be as the others. */
const depthMax = 6
const valuesMax = 2_000
const sampledMax = 64

/**
 * About how much memory a value takes, in bytes; what it shares with another, in the same place of it, is left out. Texts, lists and bytes
 * are counted whole, a view with all of its buffer.
 */
export function weightOf(value: unknown, beside?: unknown): number {
  let left = valuesMax
  const weigh = (one: unknown, other: unknown, depth: number): number => {
    if (one === other) return 0
    if (typeof one === 'string') return textBytes + 2 * one.length
    if (typeof one !== 'object' || one === null) return 0
    if (ArrayBuffer.isView(one)) return viewBytes + one.buffer.byteLength
    if (isHandle(one)) return handleBytes
    if (depth >= depthMax || left-- <= 0) return unknownBytes
    if (Array.isArray(one)) return list(one, Array.isArray(other) ? other : [], fieldBytes, depth)
    if (one instanceof Set) return list([...one], other instanceof Set ? [...other] : [], entryBytes, depth)
    if (one instanceof Map)
      return list([...one].flat(), other instanceof Map ? [...other].flat() : [], entryBytes / 2, depth)
    let bytes = objectBytes
    for (const [name, field] of Object.entries(one))
      bytes +=
        fieldBytes +
        weigh(field, typeof other === 'object' && other !== null ? Reflect.get(other, name) : undefined, depth + 1)
    return bytes
  }
  /** A list that has grown or shrunk at an end, or has one entry changed, shares the others. */
  const list = (all: readonly unknown[], others: readonly unknown[], perEntry: number, depth: number): number => {
    const shortest = Math.min(all.length, others.length)
    let before = 0
    while (before < shortest && all[before] === others[before]) before++
    let behind = 0
    while (behind < shortest - before && all.at(-1 - behind) === others.at(-1 - behind)) behind++
    const own = all.length - before - behind
    const sampled = Math.min(own, sampledMax)
    let bytes = 0
    for (let at = before; at < before + sampled; at++) bytes += weigh(all[at], others[at], depth + 1)
    return objectBytes + perEntry * all.length + (sampled === 0 ? 0 : (bytes * own) / sampled)
  }
  try {
    return Math.ceil(weigh(value, beside, 0))
  } catch {
    return unknownBytes
  }
}
