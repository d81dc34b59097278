import { Layout } from '../machines/layout.ts'
import { unknownLayout } from '../machines/peer/vocabulary/context.ts'
import { PieceSet } from '../machines/piece-set.ts'
import type { Block, BlockRequest } from '../transport/wire/messages.ts'
import { recordedPayload } from './extension-payload.ts'
import type { Privacy } from './privacy.ts'

/**
 * How an event is written down. `heard`: whole, so that it can be told again. `sent`, on the wire, and `told`, to the torrent: as much as
 * it takes to see that it is the same, so of a set of pieces how many there are, and of what is passed on its length.
 */
export type Part = 'heard' | 'sent' | 'told'

/** What is left out, and what replaced. */
export interface Manner {
  readonly privacy: Privacy
  /** Whether payload, of blocks and of metadata, is kept. */
  readonly payloads: boolean
}

/** What JSON has no word for is an object with this key, whose value says what it is. */
const mark = '$'

/** The longest run of bytes that a record may have one make: as long as a line may be. */
const bytesMax = 32 * 1024 * 1024

/** A value as JSON. */
export function jsonOf(value: unknown, part: Part, manner: Manner): string {
  return write(value, '', part, manner) ?? 'null'
}

/** Undefined for what leaves no trace. */
function write(value: unknown, key: string, part: Part, manner: Manner): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(privately(value, key, manner.privacy))
    case 'number':
      return Number.isFinite(value) ? String(value) : `{"${mark}":"number","is":"${value}"}`
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : writeObject(value, key, part, manner)
    default:
      return undefined
  }
}

function privately(text: string, key: string, privacy: Privacy): string {
  switch (key) {
    case 'host':
      return privacy.host(text)
    case 'peerId':
      return privacy.peerId(text)
    case 'detail':
      return privacy.text(text)
    default:
      return text
  }
}

function writeObject(value: object, key: string, part: Part, manner: Manner): string | undefined {
  if (Array.isArray(value)) return writeArray(value, part, manner)
  if (value instanceof Uint8Array) return writeBytes(value, key, part, manner)
  if (value instanceof PieceSet) return writePieces(value, part)
  if (value instanceof Layout) {
    if (value === unknownLayout) return `{"${mark}":"layout"}`
    return `{"${mark}":"layout","pieceLength":${value.pieceLength},"length":${value.length}}`
  }
  if ('send' in value && typeof value.send === 'function') return `{"${mark}":"actor"}`
  // A socket is none of the chart's.
  if (key === 'connection') return undefined
  const fields = Object.entries(value)
  if (Object.hasOwn(value, mark)) {
    const of = fields.map(([name, one]) => `[${JSON.stringify(name)},${write(one, name, part, manner) ?? 'null'}]`)
    return `{"${mark}":"object","of":[${of.join(',')}]}`
  }
  let json = ''
  for (const [name, one] of fields) {
    const written = write(one, name, part, manner)
    if (written !== undefined) json += `${json === '' ? '' : ','}${JSON.stringify(name)}:${written}`
  }
  return `{${json}}`
}

function writeArray(values: readonly unknown[], part: Part, manner: Manner): string {
  const [first] = values
  if (isBlock(first)) return writeBlocks(values as readonly Block[], part, manner)
  if (isRequest(first)) {
    const of = (values as readonly BlockRequest[]).map(({ index, begin, length }) => `${index},${begin},${length}`)
    return `{"${mark}":"requests","of":[${of.join(',')}]}`
  }
  return `[${values.map((one) => write(one, '', part, manner) ?? 'null').join(',')}]`
}

function writeBlocks(blocks: readonly Block[], part: Part, { payloads }: Manner): string {
  const of = blocks.map(({ index, begin, data }) => `${index},${begin},${data.length}`).join(',')
  if (!payloads || part === 'told') return `{"${mark}":"blocks","of":[${of}]}`
  const data = blocks.map((block) => `"${base64(block.data)}"`)
  return `{"${mark}":"blocks","of":[${of}],"data":[${data.join(',')}]}`
}

/** What of an extended handshake is an address (BEP 10). */
const addresses = ['yourip', 'ipv4', 'ipv6']

function writeBytes(bytes: Uint8Array, key: string, part: Part, { privacy, payloads }: Manner): string {
  if (part === 'told' && key === 'payload') return `{"${mark}":"bytes","length":${bytes.length}}`
  const kept = addresses.includes(key)
    ? privacy.ip(bytes)
    : key === 'payload'
      ? recordedPayload(bytes, privacy, payloads)
      : bytes
  const end = kept.findLastIndex((byte) => byte !== 0) + 1
  const zeros = end < kept.length ? `,"zeros":${kept.length - end}` : ''
  return `{"${mark}":"bytes","of":"${base64(kept.subarray(0, end))}"${zeros}}`
}

function writePieces(pieces: PieceSet, part: Part): string {
  const { size, count } = pieces
  if (part !== 'heard' || pieces.isAll || pieces.isNone) return `{"${mark}":"pieces","size":${size},"count":${count}}`
  return `{"${mark}":"pieces","size":${size},"bits":"${base64(pieces.toBits())}"}`
}

const base64 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('base64')

const isBlock = (value: unknown): value is Block => hasFields(value, 'index', 'begin', 'data')
const isRequest = (value: unknown): value is BlockRequest => hasFields(value, 'index', 'begin', 'length')

const hasFields = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value)

/** A value that was heard, from what JSON.parse makes of it. `actor` stands for every actor in it. Throws an Error for what is none. */
export const revived = (json: unknown, actor: unknown): unknown => new Reviver(actor).revive(json)

/** Makes one value: of bytes no more in all than a line may have, however little says that they are zeros. */
class Reviver {
  readonly #actor: unknown
  #bytesLeft = bytesMax

  constructor(actor: unknown) {
    this.#actor = actor
  }

  revive(json: unknown): unknown {
    if (typeof json !== 'object' || json === null) return json
    if (Array.isArray(json)) return json.map((one) => this.revive(one))
    if (!Object.hasOwn(json, mark)) return this.#object(Object.entries(json))
    const marked = json as Record<string, unknown>
    switch (marked[mark]) {
      case 'number':
        return Number(marked.is)
      case 'bytes':
        return this.#bytes(marked.of, marked.zeros ?? 0)
      case 'pieces':
        return piecesIn(marked)
      case 'layout':
        return layoutIn(marked)
      case 'requests':
        return triples(marked.of).map(([index, begin, length]) => ({ index, begin, length }))
      case 'blocks':
        return this.#blocks(marked)
      case 'actor':
        return this.#actor
      case 'object':
        return this.#object(pairs(marked.of))
      default:
        throw new Error('a record of a later version')
    }
  }

  #object(fields: readonly (readonly [string, unknown])[]): object {
    return Object.fromEntries(fields.map(([name, one]) => [name, this.revive(one)]))
  }

  #bytes(text: unknown, zeros: unknown): Uint8Array {
    const head = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0)
    const bytes = new Uint8Array(this.#lengthOf(head.length + Number(zeros)))
    bytes.set(head)
    return bytes
  }

  #blocks({ of, data }: Record<string, unknown>): Block[] {
    const payloads: readonly unknown[] = Array.isArray(data) ? data : []
    return triples(of).map(([index, begin, length], at) => {
      const payload = payloads[at]
      return { index, begin, data: typeof payload === 'string' ? this.#bytes(payload, 0) : zerosOf(length) }
    })
  }

  #lengthOf(length: number): number {
    this.#bytesLeft -= requireLength(length)
    if (this.#bytesLeft >= 0) return length
    throw new Error(`more than ${bytesMax} bytes in one message`)
  }
}

function piecesIn({ size, count, bits }: Record<string, unknown>): PieceSet {
  const pieces = Number(size)
  if (typeof bits !== 'string') return count === 0 ? PieceSet.none(pieces) : PieceSet.all(pieces)
  const set = PieceSet.fromBits(Uint8Array.from(Buffer.from(bits, 'base64')), pieces)
  if (!set) throw new Error('a set of pieces that does not fit')
  return set
}

function layoutIn({ pieceLength, length }: Record<string, unknown>): Layout {
  return length === undefined ? unknownLayout : new Layout({ pieceLength: Number(pieceLength), length: Number(length) })
}

let zeros = new Uint8Array(16 * 1024)

/** All blocks that were left out are views of the same zeros. */
function zerosOf(length: number): Uint8Array {
  if (requireLength(length) > zeros.length) zeros = new Uint8Array(length)
  return zeros.subarray(0, length)
}

function requireLength(length: number): number {
  if (Number.isInteger(length) && length >= 0 && length <= bytesMax) return length
  throw new Error(`${length} bytes in one message`)
}

function triples(of: unknown): (readonly [number, number, number])[] {
  const numbers: readonly unknown[] = Array.isArray(of) ? of : []
  return Array.from({ length: Math.floor(numbers.length / 3) }, (_, at) => [
    Number(numbers[3 * at]),
    Number(numbers[3 * at + 1]),
    Number(numbers[3 * at + 2]),
  ])
}

const pairs = (of: unknown): (readonly [string, unknown])[] =>
  Array.isArray(of)
    ? of.map((pair: unknown) => (Array.isArray(pair) ? [String(pair[0]), pair[1]] : ['', undefined]))
    : []
