/** Where the bytes stop being bencode that may be decoded, and why. */
export class BencodeScanError extends Error {
  override readonly name = 'BencodeScanError'
}

/** A half-open range of bytes. */
export interface ByteSpan {
  readonly start: number
  readonly end: number
}

/** Lists and dictionaries inside one another: BEP 52 nests a dictionary for each folder; libtorrent stops at 100 too. */
const depthMax = 100

/**
 * Integers, strings, lists and dictionaries in one document. A decoded value costs up to some 200 bytes of heap whatever its
 * length on the wire, and a torrent needs about eight a file: this holds 125,000 files and at most 200 MB.
 */
const valuesMax = 1_000_000

const minus = 0x2d
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const dictionaryStart = 0x64
const listStart = 0x6c
const integerStart = 0x69
const end = 0x65

interface Frame {
  /** The keys seen so far of a dictionary; undefined for a list. */
  readonly keys: Set<string> | undefined
  /** The key whose value comes next; undefined when a key (or the end) must come. */
  key: string | undefined
}

/**
 * Checks that `bytes` are one bencoded dictionary (BEP 3) which a recursive, lenient decoder can be trusted with, and finds
 * the raw bytes of the values of that dictionary by key. Runs without recursion, in time and memory bounded by the input.
 *
 * Keys are latin-1, one character a byte. Keys out of order pass, since files in the wild have them; a key that stands twice
 * does not, since decoders disagree which one counts.
 *
 * @throws BencodeScanError on anything else: truncated or trailing bytes, malformed numbers, nesting past 100, more than a
 * million values, a top level that is no dictionary.
 */
export const scanDictionary = (bytes: Uint8Array): Map<string, ByteSpan> => {
  const spans = new Map<string, ByteSpan>()
  const frames: Frame[] = []
  let position = 0
  let values = 0
  let valueStart = 0

  const fail = (what: string): never => {
    throw new BencodeScanError(
      position < bytes.length ? `${what} at byte ${position}` : `it ends early, at byte ${position}`,
    )
  }

  /** Reads digits up to `terminator` and steps over both. */
  const readNumber = (terminator: number, what: string): number => {
    const first = position
    let number = 0
    while (isDigit(bytes[position])) number = number * 10 + (bytes[position++] ?? zero) - zero
    if (position === first || bytes[position] !== terminator) fail(`${what} is malformed`)
    if (bytes[first] === zero && position - first > 1) fail(`${what} has a leading zero`)
    position++
    return number
  }

  const readString = (): ByteSpan => {
    const length = readNumber(colon, 'the length of a string')
    if (length > bytes.length - position) {
      throw new BencodeScanError(`a string of ${length} bytes is cut off, at byte ${position}`)
    }
    position += length
    return { start: position - length, end: position }
  }

  const readInteger = (): void => {
    position++
    const negative = bytes[position] === minus
    if (negative) position++
    if (readNumber(end, 'an integer') === 0 && negative) fail('an integer is minus zero')
  }

  const readKey = (keys: Set<string>): string => {
    if (!isDigit(bytes[position])) fail('the key of a dictionary is no string')
    const span = readString()
    const key = latin1(bytes, span)
    // Text decoders drop the mark, which would let the key pass for another.
    if (key.startsWith(byteOrderMark)) fail('a key starts with a byte order mark')
    // On the plain objects of a decoder this sets the prototype, which then shadows other keys or refuses them.
    if (key === '__proto__') fail('a key is __proto__')
    if (keys.has(key))
      throw new BencodeScanError(`the key ${JSON.stringify(key.slice(0, 40))} stands twice in a dictionary`)
    keys.add(key)
    return key
  }

  const endValue = (): void => {
    const frame = frames.at(-1)
    if (frame === undefined) return
    if (frames.length === 1 && frame.key !== undefined) spans.set(frame.key, { start: valueStart, end: position })
    frame.key = undefined
  }

  if (bytes[0] !== dictionaryStart) throw new BencodeScanError('it is no bencoded dictionary')
  do {
    const frame = frames.at(-1)
    const byte = bytes[position]
    if (byte === end && frame !== undefined && frame.key === undefined) {
      position++
      frames.pop()
      endValue()
      continue
    }
    if (frame?.keys !== undefined && frame.key === undefined) {
      frame.key = readKey(frame.keys)
      if (frames.length === 1) valueStart = position
      continue
    }
    if (++values > valuesMax) fail(`there are more than ${valuesMax} values`)
    if (byte === dictionaryStart || byte === listStart) {
      if (frames.length === depthMax) fail(`lists and dictionaries nest deeper than ${depthMax}`)
      frames.push({ keys: byte === dictionaryStart ? new Set() : undefined, key: undefined })
      position++
      continue
    }
    if (byte === integerStart) readInteger()
    else if (isDigit(byte)) readString()
    else fail('no value starts')
    endValue()
  } while (frames.length > 0)
  if (position < bytes.length) throw new BencodeScanError(`${bytes.length - position} bytes follow the dictionary`)
  return spans
}

/** U+FEFF in UTF-8, read as latin-1. */
const byteOrderMark = '\xef\xbb\xbf'

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine

const latin1 = (bytes: Uint8Array, span: ByteSpan): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + span.start, span.end - span.start).toString('latin1')
