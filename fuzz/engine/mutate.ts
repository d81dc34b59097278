import type { Random } from '../../transport/random.ts'

/** What mutations draw from. */
export interface Material {
  readonly random: Random
  /** Another input, of which parts are taken. */
  readonly other: Uint8Array
  readonly words: readonly Uint8Array[]
  /** The longest result, in bytes. */
  readonly bytesMax: number
}

/** Numbers at which parsers turn. */
const edges = [
  -1,
  0,
  1,
  2,
  4,
  7,
  8,
  9,
  16,
  19,
  20,
  32,
  63,
  64,
  68,
  100,
  127,
  128,
  255,
  256,
  511,
  512,
  1000,
  1024,
  4095,
  4096,
  16_383,
  16_384,
  32_767,
  32_768,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  1e21,
  1e300,
]

/** Changes an input at one to some places: mostly few, so that most of what it says stays. */
export function mutate(input: Uint8Array, material: Material): Uint8Array {
  const { bytesMax } = material
  let bytes = input
  for (let left = 1 + Math.floor(-2 * Math.log(1 - material.random())); left > 0; left--) {
    const change = pick(changes, material.random)
    const changed = change(bytes, material)
    bytes = changed.length > bytesMax ? changed.slice(0, bytesMax) : changed
  }
  return bytes
}

type Change = (bytes: Uint8Array, material: Material) => Uint8Array

const below = (count: number, random: Random): number => Math.floor(random() * count)
const pick = <Item>(items: readonly Item[], random: Random): Item => items[below(items.length, random)] as Item

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = Buffer.concat(parts)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Puts `part` at `at`, in the place of `length` bytes. */
const replaced = (bytes: Uint8Array, at: number, length: number, part: Uint8Array): Uint8Array =>
  joined(bytes.subarray(0, at), part, bytes.subarray(at + length))

/** A stretch: mostly short. */
function stretch(bytes: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = below(bytes.length + 1, random)
  const most = random() < 0.8 ? Math.min(16, bytes.length - from) : bytes.length - from
  return [from, from + below(most + 1, random)]
}

const flipBit: Change = (bytes, { random }) => {
  const flipped = bytes.slice()
  const at = below(bytes.length, random)
  if (bytes.length > 0) flipped[at] = (bytes[at] as number) ^ (1 << below(8, random))
  return flipped
}

const setByte: Change = (bytes, { random }) => {
  const set = bytes.slice()
  if (bytes.length > 0) set[below(bytes.length, random)] = below(256, random)
  return set
}

/** A number of one, two or four bytes, the highest first: another, or one near it. */
const setNumber: Change = (bytes, { random }) => {
  const width = pick([1, 2, 4], random)
  if (bytes.length < width) return bytes
  const set = Buffer.from(bytes)
  const at = below(bytes.length - width + 1, random)
  const number = random() < 0.5 ? pick(edges, random) : set.readUIntBE(at, width) + below(17, random) - 8
  const span = 256 ** width
  set.writeUIntBE(((number % span) + span) % span, at, width)
  return new Uint8Array(set.buffer, set.byteOffset, set.length)
}

/** A number in decimal digits. */
const setDigits: Change = (bytes, { random }) => {
  const numbers = [...latin1(bytes).matchAll(/-?\d{1,20}/g)]
  if (numbers.length === 0) return bytes
  const { index, 0: text } = pick(numbers, random)
  const number = random() < 0.5 ? pick(edges, random) : Number(text) + below(9, random) - 4
  return replaced(bytes, index, text.length, Buffer.from(String(number)))
}

const insertBytes: Change = (bytes, { random }) =>
  replaced(
    bytes,
    below(bytes.length + 1, random),
    0,
    Uint8Array.from({ length: 1 + below(8, random) }, () => below(256, random)),
  )

const putWord: Change = (bytes, { random, words }) => {
  if (words.length === 0) return bytes
  const word = pick(words, random)
  return replaced(bytes, below(bytes.length + 1, random), random() < 0.5 ? 0 : word.length, word)
}

const remove: Change = (bytes, { random }) => {
  const [from, to] = stretch(bytes, random)
  return replaced(bytes, from, to - from, new Uint8Array())
}

const truncate: Change = (bytes, { random }) => bytes.subarray(0, below(bytes.length + 1, random))

/** A stretch again and again, also so often that what is not linear shows. */
const repeat: Change = (bytes, { random, bytesMax }) => {
  const [from, to] = stretch(bytes, random)
  if (from === to) return bytes
  const room = Math.max(1, Math.floor((bytesMax - bytes.length) / (to - from)))
  const times = Math.min(room, random() < 0.95 ? 1 + below(4, random) : below(4096, random))
  return replaced(bytes, to, 0, joined(...Array<Uint8Array>(times).fill(bytes.subarray(from, to))))
}

const copy: Change = (bytes, { random }) => {
  const [from, to] = stretch(bytes, random)
  return replaced(bytes, below(bytes.length + 1, random), random() < 0.5 ? 0 : to - from, bytes.slice(from, to))
}

const take: Change = (bytes, { random, other }) => {
  const [from, to] = stretch(other, random)
  return replaced(bytes, below(bytes.length + 1, random), random() < 0.5 ? 0 : to - from, other.slice(from, to))
}

const cross: Change = (bytes, { random, other }) =>
  joined(bytes.subarray(0, below(bytes.length + 1, random)), other.subarray(below(other.length + 1, random)))

/** The content of a bencoded string, whose length is told anew: hardly any other change leaves bencode whole. */
const changeString: Change = (bytes, material) => {
  const { random } = material
  const strings = [...latin1(bytes).matchAll(/\d{1,6}(?=:)/g)].filter(
    ({ index, 0: digits }) => index + digits.length + 1 + Number(digits) <= bytes.length,
  )
  if (strings.length === 0) return bytes
  const { index, 0: digits } = pick(strings, random)
  const from = index + digits.length + 1
  const content = pick(ofStrings, random)(bytes.slice(from, from + Number(digits)), material)
  return replaced(bytes, index, from - index + Number(digits), joined(Buffer.from(`${content.length}:`), content))
}

const ofStrings = [flipBit, setByte, setNumber, insertBytes, putWord, remove, truncate, repeat, take]
const changes = [
  flipBit,
  setByte,
  setNumber,
  setDigits,
  insertBytes,
  putWord,
  putWord,
  remove,
  truncate,
  repeat,
  copy,
  take,
  cross,
  changeString,
]

const latin1 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1')
