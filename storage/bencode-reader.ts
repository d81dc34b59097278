import { inOneGo, itemsPerStep, type Steps } from './steps.ts'

/** Where the bytes stop being bencode that is read, and why. */
export class BencodeError extends Error {
  override readonly name = 'BencodeError'
}

/** Lists and dictionaries inside one another: BEP 52 nests a dictionary for each folder; libtorrent stops at 100 too. */
const depthMax = 100

/** Integers, strings, lists and dictionaries in one document, keys aside. A torrent needs about four a file. */
const valuesMax = 1_000_000

const minus = 0x2d
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const dictionaryStart = 0x64
const listStart = 0x6c
const integerStart = 0x69
const end = 0x65
const stringStart = zero

/** What was read, flat: one token a value or key, each container before what it holds. No object a value, and no copy. */
interface Tokens {
  readonly bytes: Buffer
  readonly count: number
  /** Its first byte: `d`, `l`, `i`, or `0` for a string. */
  readonly kinds: Uint8Array
  /** Of a string, where its content begins; of anything else, where it stands itself. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** The token behind it and all it holds. */
  readonly nexts: Int32Array
}

/** A bencoded value (BEP 3), looked at where it stands. */
export class BencodeNode {
  readonly #tokens: Tokens
  readonly #token: number

  constructor(tokens: Tokens, token: number) {
    this.#tokens = tokens
    this.#token = token
  }

  /** The content of a string, a view of what was read; undefined when it is no string. */
  get string(): Uint8Array | undefined {
    return this.#is(stringStart) ? this.raw : undefined
  }

  /** The content of a string as text when it is printable ASCII, as most of it is: decoders take several times as long for such. */
  get ascii(): string | undefined {
    return asciiAt(this.#tokens, this.#token)
  }

  /** The strings of a list of one string or more behind `first`, when all are printable ASCII and `fits` holds for each; undefined when not. */
  asciiItems(first: string, fits: (text: string) => boolean): string[] | undefined {
    if (!this.#is(listStart)) return undefined
    const { nexts } = this.#tokens
    const from = this.#token + 1
    const last = nexts[this.#token] ?? 0
    // A string is one token. Of just the size it needs, which what is pushed to is not.
    if (last === from + 1) {
      const text = asciiAt(this.#tokens, from)
      return text !== undefined && fits(text) ? [first, text] : undefined
    }
    if (last === from) return undefined
    const texts = new Array<string>(1 + last - from)
    texts[0] = first
    for (let at = from; at < last; at++) {
      const text = asciiAt(this.#tokens, at)
      if (text === undefined || !fits(text)) return undefined
      texts[1 + at - from] = text
    }
    return texts
  }

  /** Undefined when it is no integer. Past 2^53 the last digits are lost. */
  get integer(): number | undefined {
    if (!this.#is(integerStart)) return undefined
    const { bytes, starts, ends } = this.#tokens
    let at = (starts[this.#token] ?? 0) + 1
    const last = (ends[this.#token] ?? 0) - 1
    const isNegative = bytes[at] === minus
    if (isNegative) at++
    let number = 0
    while (at < last) number = number * 10 + ((bytes[at++] ?? zero) - zero)
    return isNegative && number !== 0 ? -number : number
  }

  /** The values of a list; undefined when it is no list. */
  get items(): readonly BencodeNode[] | undefined {
    if (!this.#is(listStart)) return undefined
    return [...this.eachItem()]
  }

  /** The values of a list one by one, for lists that are long; none when it is no list. */
  *eachItem(): Generator<BencodeNode, void, void> {
    if (!this.#is(listStart)) return
    const { nexts } = this.#tokens
    const last = nexts[this.#token] ?? 0
    for (let at = this.#token + 1; at < last; at = nexts[at] ?? last) yield new BencodeNode(this.#tokens, at)
  }

  /** How many values and keys it consists of, itself counted. */
  get size(): number {
    return (this.#tokens.nexts[this.#token] ?? 0) - this.#token
  }

  get isString(): boolean {
    return this.#is(stringStart)
  }

  get isList(): boolean {
    return this.#is(listStart)
  }

  get isDictionary(): boolean {
    return this.#is(dictionaryStart)
  }

  /** The bytes as they stand; of a string, its content. A view of what was read. */
  get raw(): Uint8Array {
    const { bytes, starts, ends } = this.#tokens
    return bytes.subarray(starts[this.#token], ends[this.#token])
  }

  /**
   * The value of a dictionary's key, in ASCII; undefined where there is none, or this is no dictionary. Of a key that stands twice the
   * first counts, as with libtorrent.
   */
  get(key: string): BencodeNode | undefined {
    if (!this.#is(dictionaryStart)) return undefined
    const { nexts } = this.#tokens
    const last = nexts[this.#token] ?? 0
    for (let at = this.#token + 1; at < last; at = nexts[at + 1] ?? last) {
      if (this.#isKey(at, key)) return new BencodeNode(this.#tokens, at + 1)
    }
    return undefined
  }

  #is(kind: number): boolean {
    return this.#tokens.kinds[this.#token] === kind
  }

  #isKey(at: number, key: string): boolean {
    const { bytes, starts, ends } = this.#tokens
    const start = starts[at] ?? 0
    if ((ends[at] ?? 0) - start !== key.length) return false
    for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key.charCodeAt(i)) return false
    return true
  }
}

const asciiAt = ({ bytes, ends, kinds, starts }: Tokens, token: number): string | undefined => {
  if (kinds[token] !== stringStart) return undefined
  const start = starts[token] ?? 0
  const end = ends[token] ?? 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 || byte > 0x7e) return undefined
  }
  return bytes.toString('latin1', start, end)
}

/** A dictionary, and where the bytes behind it begin. */
export interface BencodeDocument {
  readonly root: BencodeNode
  readonly end: number
}

/**
 * Reads the dictionary that `bytes` begin with, in time and memory linear in them and without recursion. Read as it is meant: keys out
 * of order or twice, leading zeros, minus zero. Whatever stands behind it is the caller's to judge.
 *
 * @throws BencodeError on anything else: what is cut off, malformed numbers, nesting past 100, more than a million values, a top
 * level that is no dictionary.
 */
export const readBencode = (bytes: Uint8Array): BencodeDocument => inOneGo(bencodeSteps(bytes))

/** As `readBencode`, in steps. */
export function* bencodeSteps(bytes: Uint8Array): Steps<BencodeDocument> {
  if (bytes[0] !== dictionaryStart) throw new BencodeError('it is no bencoded dictionary')
  const scan = new Scan(bytes)
  while (!scan.run(itemsPerStep)) yield
  return { end: scan.position, root: new BencodeNode(scan, 0) }
}

class Scan implements Tokens {
  readonly bytes: Buffer
  count = 0
  kinds: Uint8Array
  starts: Int32Array
  ends: Int32Array
  nexts: Int32Array
  position = 0
  /** The lists and dictionaries that are open, outermost first. */
  readonly #open: number[] = []
  #wantsKey = false
  #values = 0

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    // A file of a torrent takes six tokens and some forty bytes. What is never written to costs no memory.
    const room = 64 + (bytes.length >> 2)
    this.kinds = new Uint8Array(room)
    this.starts = new Int32Array(room)
    this.ends = new Int32Array(room)
    this.nexts = new Int32Array(room)
  }

  /** Reads so many values and keys more; whether the dictionary has ended. */
  run(tokens: number): boolean {
    const { bytes } = this
    const open = this.#open
    let innermost = open.at(-1) ?? -1
    let isInDictionary = this.kinds[innermost] === dictionaryStart
    let wantsKey = this.#wantsKey
    let values = this.#values
    const most = this.count + tokens
    do {
      const byte = bytes[this.position]
      if (byte === end && (wantsKey || (innermost >= 0 && !isInDictionary))) {
        this.ends[innermost] = ++this.position
        this.nexts[innermost] = this.count
        open.pop()
        innermost = open.at(-1) ?? -1
        isInDictionary = this.kinds[innermost] === dictionaryStart
        wantsKey = isInDictionary
        continue
      }
      if (wantsKey) {
        if (!isDigit(byte)) this.#fail('the key of a dictionary is no string')
        this.#readString()
        wantsKey = false
        continue
      }
      if (++values > valuesMax) this.#fail(`there are more than ${valuesMax} values`)
      if (byte === dictionaryStart || byte === listStart) {
        if (open.length === depthMax) this.#fail(`lists and dictionaries nest deeper than ${depthMax}`)
        innermost = this.#add(byte, this.position++)
        open.push(innermost)
        isInDictionary = wantsKey = byte === dictionaryStart
        continue
      }
      if (byte === integerStart) this.#readInteger()
      else if (isDigit(byte)) this.#readString()
      else this.#fail('no value starts')
      wantsKey = isInDictionary
    } while (open.length > 0 && this.count < most)
    this.#wantsKey = wantsKey
    this.#values = values
    return open.length === 0
  }

  /** A token of a value that ends where we stand; a container's end is set when it comes. */
  #add(kind: number, start: number): number {
    const token = this.count++
    if (token === this.kinds.length) this.#grow()
    this.kinds[token] = kind
    this.starts[token] = start
    this.ends[token] = this.position
    this.nexts[token] = token + 1
    return token
  }

  #grow(): void {
    const room = this.kinds.length * 2
    const enlarged = <Numbers extends Uint8Array | Int32Array>(into: Numbers, from: Numbers): Numbers => {
      into.set(from)
      return into
    }
    this.kinds = enlarged(new Uint8Array(room), this.kinds)
    this.starts = enlarged(new Int32Array(room), this.starts)
    this.ends = enlarged(new Int32Array(room), this.ends)
    this.nexts = enlarged(new Int32Array(room), this.nexts)
  }

  #readString(): void {
    const length = this.#readNumber(colon, 'the length of a string')
    const start = this.position
    if (length > this.bytes.length - start) {
      throw new BencodeError(`a string of ${length} bytes is cut off, at byte ${start}`)
    }
    this.position = start + length
    this.#add(stringStart, start)
  }

  #readInteger(): void {
    const start = this.position++
    if (this.bytes[this.position] === minus) this.position++
    this.#readNumber(end, 'an integer')
    this.#add(integerStart, start)
  }

  /** Reads digits up to `terminator` and steps over both. */
  #readNumber(terminator: number, what: string): number {
    const { bytes } = this
    const first = this.position
    let at = first
    let number = 0
    for (let byte = bytes[at]; byte !== undefined && byte >= zero && byte <= nine; byte = bytes[++at]) {
      number = number * 10 + (byte - zero)
    }
    this.position = at
    if (at === first || bytes[at] !== terminator) this.#fail(`${what} is malformed`)
    this.position++
    return number
  }

  #fail(what: string): never {
    const at = this.position
    throw new BencodeError(at < this.bytes.length ? `${what} at byte ${at}` : `it ends early, at byte ${at}`)
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine
