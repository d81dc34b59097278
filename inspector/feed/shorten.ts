import { Layout } from '../../machines/layout.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { Rate } from '../../machines/rate.ts'

/** Characters of what an event carried. */
const textMax = 200

/** Of a list, an object and a text that are shown as JSON: so many entries, fields and characters. */
const entriesMax = 50
const fieldsMax = 100
const charactersMax = 500
/** Of a list that is put in words. */
const lastMax = 3
/** How deep, and how many values in all. */
const depthMax = 6
const valuesMax = 5_000

const count = (amount: number, what: string): string =>
  `${amount.toLocaleString('en-US')} ${what}${amount === 1 ? '' : 's'}`

const entries = (amount: number): string => count(amount, 'entry').replace('entrys', 'entries')

/** What an event carried, in short and for people: `index 3`, `16 blocks, 262,144 bytes`. Bytes are counted, not shown. */
export function eventText(event: object): string {
  try {
    return textOf(event)
  } catch {
    return 'cannot be shown'
  }
}

/** What a field of a context holds, in words: a list by its length and its last entries, otherwise as what an event carried. */
export function valueText(value: object): string {
  try {
    if (value instanceof Map) return valueText(firstOf(value.entries(), entriesMax))
    if (value instanceof Set) return valueText(firstOf(value, entriesMax))
    if (!Array.isArray(value)) return plainText(value) ?? (isHandle(value) ? handleText(value) : textOf(value))
    if (value.every(isPlain)) return cut(value.slice(0, entriesMax).map(plainText).join(' '), textMax)
    const last = value.slice(-lastMax).map((entry) => (typeof entry === 'object' && entry ? valueText(entry) : entry))
    return cut(`${entries(value.length)}: ${value.length > lastMax ? '… ' : ''}${last.join('; ')}`, textMax)
  } catch {
    return 'cannot be shown'
  }
}

function textOf(event: object): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(event)) {
    if (name === 'type' || value === undefined) continue
    const text = fieldText(name, value)
    if (text !== '') parts.push(text)
  }
  return cut(parts.join(', '), textMax)
}

function fieldText(name: string, value: unknown): string {
  if (Array.isArray(value)) return listText(name, value)
  const plain = plainText(value)
  if (plain !== undefined) return `${name} ${plain}`
  if (typeof value !== 'object' || value === null || isHandle(value)) return ''
  if ('type' in value && typeof value.type === 'string') return `${name} ${value.type}`
  return `${name} ${cut(JSON.stringify(trimmed(value)), textMax)}`
}

/** Blocks and requests are counted, with their bytes; one alone is named. */
function listText(name: string, list: readonly unknown[]): string {
  const [first] = list
  const isOfBlocks = typeof first === 'object' && first !== null && 'begin' in first
  if (!isOfBlocks)
    return list.length <= 8 && list.every(isPlain) ? `${name} ${list.map(plainText).join(' ')}` : entries(list.length)
  if (list.length === 1) return textOf(first)
  let bytes = 0
  for (const one of list) bytes += bytesOf(one)
  return `${count(list.length, name.replace(/s$/, ''))}, ${count(bytes, 'byte')}`
}

function bytesOf(one: unknown): number {
  if (typeof one !== 'object' || one === null) return 0
  if ('data' in one && one.data instanceof Uint8Array) return one.data.length
  return 'length' in one && typeof one.length === 'number' ? one.length : 0
}

const isPlain = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

/** What is said in a word; undefined for what has parts. */
function plainText(value: unknown): string | undefined {
  if (typeof value === 'number') return numberText(value)
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return cut(value, charactersMax)
  if (ArrayBuffer.isView(value)) return count(value.byteLength, 'byte')
  if (value instanceof PieceSet) return `${value.count} of ${count(value.size, 'piece')}`
  if (value instanceof Layout) return count(value.pieceCount, 'piece')
  if (value instanceof Rate) return `${value.bytesPerSecond} bytes/s`
  if (value instanceof Error) return value.message
  return undefined
}

/** Whole numbers as they are; of others no more digits than somebody reads: `17952`, `0.0417`. */
const numberText = (value: number): string =>
  String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))

/** An actor, a connection or a store: it has methods. */
export const isHandle = (value: object): boolean =>
  typeof Reflect.get(value, 'send') === 'function' || typeof Reflect.get(value, 'open') === 'function'

/** A value as plain JSON that is never large: bytes and sets are counted, long lists are cut, actors are named. */
export function trimmed(value: unknown): unknown {
  try {
    return trimmedOf(value)
  } catch {
    return 'cannot be shown'
  }
}

function trimmedOf(value: unknown): unknown {
  let left = valuesMax
  const visit = (one: unknown, depth: number): unknown => {
    left--
    const plain = typeof one === 'number' || typeof one === 'boolean' || one === null ? one : plainText(one)
    if (plain !== undefined) return plain
    if (typeof one !== 'object' || one === null) return undefined
    if (isHandle(one)) return handleText(one)
    if (depth >= depthMax || left <= 0) return '…'
    if (one instanceof Map) return visit(Object.fromEntries(firstOf(one, fieldsMax)), depth)
    if (one instanceof Set) return visit(firstOf(one, entriesMax + 1), depth)
    if (Array.isArray(one)) {
      const shown = one.slice(0, entriesMax).map((entry) => visit(entry, depth + 1))
      return one.length > entriesMax ? [...shown, `… and ${one.length - entriesMax} more`] : shown
    }
    const shown: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(one).slice(0, fieldsMax)) {
      const text = visit(field, depth + 1)
      if (text !== undefined) shown[name] = text
    }
    return shown
  }
  return visit(value, 0)
}

/** The first of many, which need not be copied all. */
function firstOf<One>(all: Iterable<One>, most: number): One[] {
  const first: One[] = []
  for (const one of all) {
    if (first.length >= most) break
    first.push(one)
  }
  return first
}

const handleText = (handle: object): string =>
  typeof Reflect.get(handle, 'id') === 'string' ? `actor ${Reflect.get(handle, 'id')}` : 'a handle'

/** A part of a text is copied: otherwise it would keep the whole. */
const cut = (text: string, most: number): string =>
  text.length > most ? Buffer.from(`${text.slice(0, most - 1)}…`).toString() : text
