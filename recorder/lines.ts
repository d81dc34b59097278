import { crc32 } from 'node:zlib'

/**
 * A record is text, a line after the other: eight hex digits, the CRC-32 of what follows, a space, JSON, a line feed. A line that was cut,
 * or changed on its way, is known by that.
 */
const checkDigits = 8

/** The longest line that is read, in characters: a set of 2^31 pieces is not, one of 8 million is. */
export const lineLengthMax = 32 * 1024 * 1024

/** A line of a record. */
export function lineOf(json: string): string {
  return `${checkOf(json)} ${json}\n`
}

/** What a line says; undefined unless it is whole. */
export function jsonIn(line: string): unknown {
  const json = line.slice(checkDigits + 1)
  if (line[checkDigits] !== ' ' || line.slice(0, checkDigits) !== checkOf(json)) return undefined
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const checkOf = (json: string): string => crc32(json).toString(16).padStart(checkDigits, '0')

/** Where a record ends before its file does. */
export interface Cut {
  /** Bytes before it that were whole lines. */
  readonly at: number
  readonly why: 'cut' | 'damaged'
}

/** Reads a record as its bytes come, in any portions. It ends with the first line that is not whole. */
export class LineReader {
  #rest: Uint8Array[] = []
  #restLength = 0
  #read = 0
  #cut: Cut | undefined

  /** What the lines say that these bytes complete. */
  push(bytes: Uint8Array): unknown[] {
    const said: unknown[] = []
    let from = 0
    while (this.#cut === undefined) {
      const end = bytes.indexOf(0x0a, from)
      if (end < 0) break
      const line = Buffer.concat([...this.#rest, bytes.subarray(from, end)])
      this.#rest = []
      this.#restLength = 0
      const value = jsonIn(line.toString('utf8'))
      if (value === undefined) {
        this.#cut = { at: this.#read, why: 'damaged' }
        break
      }
      this.#read += line.length + 1
      said.push(value)
      from = end + 1
    }
    if (this.#cut === undefined && from < bytes.length) {
      this.#rest.push(bytes.slice(from))
      this.#restLength += bytes.length - from
      if (this.#restLength > lineLengthMax) this.#cut = { at: this.#read, why: 'damaged' }
    }
    return said
  }

  /** After the last byte: where it ended too soon; undefined where it did not. */
  get cut(): Cut | undefined {
    if (this.#cut) return this.#cut
    return this.#restLength > 0 ? { at: this.#read, why: 'cut' } : undefined
  }
}
