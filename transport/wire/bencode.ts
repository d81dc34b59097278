import { viewOf } from './bytes.ts'

/** A bencoded value as it comes from the wire (BEP 3). Strings are bytes; keys are text, in hex where not UTF-8. */
export type BencodeValue = number | Uint8Array | readonly BencodeValue[] | BencodeDict

/** A bencoded dictionary. A remote chose the keys, so one that is decoded inherits nothing: `__proto__` is a key like any other. */
export type BencodeDict = { readonly [key: string]: BencodeValue }

/** What can be bencoded: integers, bytes, text (as UTF-8), lists, dictionaries. An undefined entry is left out. */
export type BencodeInput =
  | number
  | string
  | Uint8Array
  | readonly BencodeInput[]
  | { readonly [key: string]: BencodeInput | undefined }

/** A decoded value, and how many bytes it took: BEP 9 sends raw bytes behind a dictionary. */
export interface Bencoded {
  readonly value: BencodeValue
  readonly length: number
}

/** The longest value decoded, in bytes: as long as the longest message that bears one (see `frameLimit`). */
export const bencodeBytesMax = 64 * 1024

/** The deepest nesting decoded. Messages nest twice; the decoder recurses, and a remote must not choose how deep. */
export const bencodeDepthMax = 16

/**
 * The most values decoded of one message, each string, integer, list, dictionary and key: what decoding costs follows their number, and
 * 64 KiB may hold 32,000. Each kind of message has a bound of its own, this is that of extensions which name none.
 */
export const bencodeValuesMax = 4_096

/** `value` in bencode, keys in the order of their bytes (BEP 3). Throws a RangeError for a number that is not whole. */
export function encodeBencode(value: BencodeInput): Uint8Array {
  const encoder = new Encoder()
  encoder.add(value)
  const bytes = encoder.bytes()
  return viewOf(bytes, 0, bytes.length)
}

/** Gathers text until bytes follow it: most of a message is short text. */
class Encoder {
  readonly #parts: Uint8Array[] = []
  /** The text that follows the last part. */
  #text = ''

  add(value: BencodeInput): void {
    if (typeof value === 'number') this.#text += `i${BigInt(value)}e`
    else if (typeof value === 'string') this.#addText(value)
    else if (value instanceof Uint8Array) this.#addBytes(value)
    else if (Symbol.iterator in value) this.#addList(value)
    else this.#addDictionary(value)
  }

  bytes(): Buffer {
    const rest = Buffer.from(this.#text)
    if (this.#parts.length === 0) return rest
    this.#parts.push(rest)
    return Buffer.concat(this.#parts)
  }

  #addText(text: string): void {
    this.#text += `${Buffer.byteLength(text)}:${text}`
  }

  #addBytes(bytes: Uint8Array): void {
    this.#parts.push(Buffer.from(`${this.#text}${bytes.length}:`), bytes)
    this.#text = ''
  }

  #addList(items: readonly BencodeInput[]): void {
    this.#text += 'l'
    for (const item of items) this.add(item)
    this.#text += 'e'
  }

  #addDictionary(dict: { readonly [key: string]: BencodeInput | undefined }): void {
    this.#text += 'd'
    for (const key of inOrderOfBytes(Object.keys(dict))) {
      const item = dict[key]
      if (item === undefined) continue
      this.#addText(key)
      this.add(item)
    }
    this.#text += 'e'
  }
}

/** Sorts keys by their bytes in UTF-8. JavaScript sorts by units of UTF-16, which differs only where a key has surrogates. */
function inOrderOfBytes(keys: string[]): string[] {
  if (!keys.some((key) => /[\ud800-\udfff]/.test(key))) return keys.sort()
  const encoded = keys.map((key) => ({ key, bytes: Buffer.from(key) }))
  return encoded.sort((one, other) => Buffer.compare(one.bytes, other.bytes)).map(({ key }) => key)
}

/**
 * The bencoded value that `bytes` begin with, copied out of them; undefined when there is none, or it is longer than
 * `bytesMax`, deeper than `bencodeDepthMax` or made of more than `valuesMax` values, which is found out before any is decoded.
 * Never throws. Unsorted keys and leading zeroes, which clients do send, are let pass. Integers beyond 2^53 lose precision.
 */
export function decodeBencode(
  bytes: Uint8Array,
  valuesMax = bencodeValuesMax,
  bytesMax = bencodeBytesMax,
): Bencoded | undefined {
  const length = valueEnd(bytes.subarray(0, bytesMax), valuesMax)
  return length === undefined ? undefined : { value: new Decoder(bytes).value(), length }
}

/** Whether the value is a dictionary. */
export function isBencodeDict(value: BencodeValue | undefined): value is BencodeDict {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
}

const dictionary = 0x64 // d
const list = 0x6c // l
const integer = 0x69 // i
const close = 0x65 // e
const minus = 0x2d // -
const colon = 0x3a // :

/**
 * Where the value at the start of `bytes` ends; undefined when it is malformed, incomplete, too deep or has too many values. The package
 * checks little: a negative string length sends its decoder round for ever, so every byte that is not a string's content is checked here.
 */
function valueEnd(bytes: Uint8Array, valuesMax: number): number | undefined {
  const open: number[] = []
  let wantsKey = false
  let at = 0
  let values = 0
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte !== close && ++values > valuesMax) return undefined
    const innermost = open.at(-1)
    let wasKey = false
    if (byte === close && (innermost === list || wantsKey)) {
      open.pop()
      at++
    } else if ((byte === dictionary || byte === list) && !wantsKey) {
      if (open.length === bencodeDepthMax) return undefined
      open.push(byte)
      wantsKey = byte === dictionary
      at++
      continue
    } else {
      const end = byte === integer && !wantsKey ? integerEnd(bytes, at) : stringEnd(bytes, at)
      if (end === undefined) return undefined
      wasKey = wantsKey
      at = end
    }
    if (open.length === 0) return at
    wantsKey = open.at(-1) === dictionary && !wasKey
  }
  return undefined
}

/** Makes the values of bytes that `valueEnd` has found in order. */
class Decoder {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** No deeper than `bencodeDepthMax`. */
  value(): BencodeValue {
    const byte = this.#bytes[this.#at]
    if (byte !== dictionary && byte !== list) return byte === integer ? this.#integer() : this.#string()
    this.#at++
    const made = byte === list ? this.#list() : this.#dictionary()
    this.#at++
    return made
  }

  #list(): BencodeValue {
    const items: BencodeValue[] = []
    while (this.#bytes[this.#at] !== close) items.push(this.value())
    return items
  }

  #dictionary(): BencodeDict {
    const dict: Record<string, BencodeValue> = Object.create(null)
    while (this.#bytes[this.#at] !== close) {
      const key = bencodeKey(this.#string())
      dict[key] = this.value()
    }
    return dict
  }

  #integer(): number {
    const from = ++this.#at
    const isNegative = this.#bytes[from] === minus
    if (isNegative) this.#at++
    const number = this.#digits()
    return isNegative && number !== 0 ? -number : number
  }

  #string(): Uint8Array {
    const length = this.#digits()
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  /** Over what ends them, too. */
  #digits(): number {
    const end = digitsEnd(this.#bytes, this.#at)
    let number = 0
    while (this.#at < end) number = number * 10 + ((this.#bytes[this.#at++] as number) - 0x30)
    this.#at++
    return number
  }
}

const keyText = new TextDecoder()

/** The key that a decoded dictionary has for these bytes: text, in hex where they are not UTF-8. */
export function bencodeKey(bytes: Uint8Array): string {
  const text = keyText.decode(bytes)
  return text.includes('\ufffd') ? Buffer.from(bytes).toString('hex') : text
}

function integerEnd(bytes: Uint8Array, at: number): number | undefined {
  const from = bytes[at + 1] === minus ? at + 2 : at + 1
  const to = digitsEnd(bytes, from)
  return to > from && bytes[to] === close ? to + 1 : undefined
}

function stringEnd(bytes: Uint8Array, from: number): number | undefined {
  const to = digitsEnd(bytes, from)
  if (to === from || bytes[to] !== colon) return undefined
  let length = 0
  for (let i = from; i < to; i++) length = length * 10 + (bytes[i] as number) - 0x30
  const end = to + 1 + length
  return end <= bytes.length ? end : undefined
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++
  return at
}
