/** Words of a page: 256 bytes, 2,048 pieces. One page is what changing one piece copies. */
const pageWords = 64
const pagePieces = pageWords * 32
const emptyPage = new Uint32Array(pageWords)
const fullPage = new Uint32Array(pageWords).fill(0xffffffff)

/** A page of bits, piece 0 in the highest bit of word 0, as in a bitfield. Never written to once it is in a set. */
type Page = Uint32Array

/**
 * Which pieces of a torrent somebody has: an immutable set of piece indexes below `size`.
 *
 * Meant for a statechart's context: `with` costs one 256-byte page and a table of page references, at 100,000 pieces as at
 * 1,000, and every older version stays valid. Full and empty pages are shared, and so is the whole of a seed's set.
 */
export class PieceSet {
  /** Pieces of the torrent. */
  readonly size: number
  /** Pieces in the set. */
  readonly count: number
  /** Absent when the set is empty or full: `count` says which. */
  private readonly pages: readonly Page[] | undefined

  private constructor(size: number, count: number, pages: readonly Page[] | undefined) {
    this.size = size
    this.count = count
    this.pages = count === 0 || count === size ? undefined : pages
  }

  /** No piece (BEP 6, Have None). Throws a RangeError unless `size` is a positive integer. */
  static none(size: number): PieceSet {
    return new PieceSet(checkSize(size), 0, undefined)
  }

  /** Every piece: a seed (BEP 6, Have All). Throws a RangeError unless `size` is a positive integer. */
  static all(size: number): PieceSet {
    return new PieceSet(checkSize(size), size, undefined)
  }

  /**
   * The set a bitfield says, or undefined when it is not one of `size` pieces: wrong length, or a spare bit set (BEP 3).
   * `bits`: the highest bit of byte 0 is piece 0. They are copied.
   */
  static fromBits(bits: Uint8Array, size: number): PieceSet | undefined {
    if (!PieceSet.fits(bits, size)) return undefined
    const view = new DataView(bits.buffer, bits.byteOffset, bits.length)
    const wholeWords = bits.length >>> 2
    const words = new Uint32Array(Math.ceil(bits.length / (pageWords * 4)) * pageWords)
    let count = 0
    for (let word = 0; word < wholeWords; word++) {
      const value = view.getUint32(word * 4)
      words[word] = value
      count += bitsIn(value)
    }
    if (wholeWords < words.length) {
      const value = lastWord(bits, wholeWords * 4)
      words[wholeWords] = value
      count += bitsIn(value)
    }
    if (count === 0 || count === size) return new PieceSet(size, count, undefined)
    const pages: Page[] = []
    for (let start = 0; start < words.length; start += pageWords) {
      pages.push(shared(words.subarray(start, start + pageWords)))
    }
    return new PieceSet(size, count, pages)
  }

  /** Whether `bits` can be the bitfield of `size` pieces: its length, and no spare bit set (BEP 3). */
  static fits(bits: Uint8Array, size: number): boolean {
    if (bits.length !== Math.ceil(checkSize(size) / 8)) return false
    const spareBits = bits.length * 8 - size
    return ((bits.at(-1) ?? 0) & ((1 << spareBits) - 1)) === 0
  }

  /**
   * Visits what differs between two sets, 32 pieces at a time: the number of the word, piece 0 in the highest bit of word 0, and its
   * bits in each set. Pages and words that are alike cost a comparison each.
   */
  static differences(
    before: PieceSet,
    after: PieceSet,
    visit: (word: number, before: number, after: number) => void,
  ): void {
    before.checkSameTorrent(after)
    if (before.isNone && after.isNone) return
    const words = Math.ceil(before.size / 32)
    for (let at = 0; at < before.pageCount; at++) {
      const one = before.page(at)
      const other = after.page(at)
      if (one === other) continue
      const last = Math.min(pageWords, words - at * pageWords) - 1
      for (let word = 0; word <= last; word++) {
        // Behind the last piece a shared full page goes on.
        const isCut = at * pageWords + word === words - 1 && (before.size & 31) !== 0
        const mask = isCut ? ~(0xffffffff >>> (before.size & 31)) : 0xffffffff
        const old = (one[word] as number) & mask
        const now = (other[word] as number) & mask
        if (old !== now) visit(at * pageWords + word, old, now)
      }
    }
  }

  /** True for a seed. */
  get isAll(): boolean {
    return this.count === this.size
  }

  get isNone(): boolean {
    return this.count === 0
  }

  /** False for an index outside the torrent. */
  has(index: number): boolean {
    if (!(index >= 0 && index < this.size)) return false
    if (this.pages === undefined) return this.count > 0
    const page = this.pages[Math.floor(index / pagePieces)] as Page
    return ((page[(index >>> 5) % pageWords] as number) & bitOf(index)) !== 0
  }

  /** This set and `index`; itself when it has it. Throws a RangeError for an index outside the torrent. */
  with(index: number): PieceSet {
    return this.has(checkIndex(index, this.size)) ? this : this.flip(index)
  }

  /** This set but `index`; itself when it lacks it. Throws a RangeError for an index outside the torrent. */
  without(index: number): PieceSet {
    return this.has(checkIndex(index, this.size)) ? this.flip(index) : this
  }

  /** The pieces of both. Throws a RangeError for one of a torrent of another size. */
  union(other: PieceSet): PieceSet {
    this.checkSameTorrent(other)
    if (other.isNone || this.isAll || this === other) return this
    if (this.isNone || other.isAll) return other
    const bits = this.toBits()
    for (const [at, byte] of other.toBits().entries()) bits[at] = (bits[at] as number) | byte
    return PieceSet.fromBits(bits, this.size) as PieceSet
  }

  /** How many pieces this set has that `other` lacks: what makes its owner interesting to `other`'s (BEP 3). */
  countMissingFrom(other: PieceSet): number {
    this.checkSameTorrent(other)
    if (this.isNone || other.isAll) return 0
    if (other.isNone) return this.count
    if (this.isAll) return this.size - other.count
    let count = 0
    for (let at = 0; at < this.pageCount; at++) {
      const ours = this.page(at)
      const theirs = other.page(at)
      if (ours === theirs || ours === emptyPage || theirs === fullPage) continue
      for (let word = 0; word < pageWords; word++) count += bitsIn((ours[word] as number) & ~(theirs[word] as number))
    }
    return count
  }

  /** The lowest piece from `from` on that this set has and `other` lacks, or -1. */
  nextMissingFrom(other: PieceSet, from: number): number {
    this.checkSameTorrent(other)
    if (this.isNone || other.isAll) return -1
    let mask = 0xffffffff >>> (from & 31)
    let word = (from >>> 5) % pageWords
    for (let at = Math.floor(from / pagePieces); at < this.pageCount; at++) {
      const ours = this.page(at)
      const theirs = other.page(at)
      if (ours !== emptyPage && theirs !== fullPage && ours !== theirs) {
        for (; word < pageWords; word++) {
          const bits = (ours[word] as number) & ~(theirs[word] as number) & mask
          mask = 0xffffffff
          if (bits === 0) continue
          const index = at * pagePieces + word * 32 + Math.clz32(bits)
          // A seed's last page is the shared full one, whose bits go on behind the last piece.
          return index < this.size ? index : -1
        }
      }
      word = 0
      mask = 0xffffffff
    }
    return -1
  }

  /** The pieces in the set, ascending. */
  *indexes(): Generator<number, void, undefined> {
    for (let at = 0; at < this.pageCount; at++) {
      const page = this.page(at)
      if (page === emptyPage) continue
      for (let word = 0; word < pageWords; word++) {
        for (let bits = page[word] as number; bits !== 0; bits &= ~bitOf(Math.clz32(bits))) {
          const index = at * pagePieces + word * 32 + Math.clz32(bits)
          if (index >= this.size) return
          yield index
        }
      }
    }
  }

  /** Whether both are the same pieces of a torrent of the same size. */
  equals(other: PieceSet): boolean {
    return this.size === other.size && this.count === other.count && this.countMissingFrom(other) === 0
  }

  /** The payload of a `bitfield` message (BEP 3), spare bits zero. */
  toBits(): Uint8Array {
    const bits = new Uint8Array(Math.ceil(this.size / 8))
    for (let at = 0; at < bits.length; at++) {
      const page = this.page(Math.floor(at / (pageWords * 4)))
      bits[at] = (page[(at >>> 2) % pageWords] as number) >>> (24 - ((at & 3) << 3))
    }
    const last = bits.length - 1
    bits[last] = (bits[last] as number) & (0xff << (bits.length * 8 - this.size))
    return bits
  }

  /** `all`, `none`, or the bitfield in hex: keeps printed snapshots readable. */
  toJSON(): string {
    if (this.isNone) return 'none'
    if (this.isAll) return 'all'
    return Array.from(this.toBits(), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  private get pageCount(): number {
    return Math.ceil(this.size / pagePieces)
  }

  private page(at: number): Page {
    if (this.pages !== undefined) return this.pages[at] as Page
    return this.count === 0 ? emptyPage : fullPage
  }

  private flip(index: number): PieceSet {
    const pages = this.pages?.slice() ?? this.table()
    const at = Math.floor(index / pagePieces)
    const page = (pages[at] as Page).slice()
    const word = (index >>> 5) % pageWords
    const after = (page[word] as number) ^ bitOf(index)
    page[word] = after
    pages[at] = shared(page)
    return new PieceSet(this.size, this.count + ((after & bitOf(index)) === 0 ? -1 : 1), pages)
  }

  /** The pages of an empty or full set written out, the last one without spare bits. */
  private table(): Page[] {
    const pages = new Array<Page>(this.pageCount).fill(this.page(0))
    const inLast = this.size % pagePieces
    if (this.count > 0 && inLast > 0) {
      const last = new Uint32Array(pageWords).fill(0xffffffff, 0, inLast >>> 5)
      if ((inLast & 31) !== 0) last[inLast >>> 5] = ~(0xffffffff >>> (inLast & 31))
      pages[pages.length - 1] = last
    }
    return pages
  }

  private checkSameTorrent(other: PieceSet): void {
    if (other.size !== this.size) throw new RangeError(`a set of ${other.size} pieces beside one of ${this.size}`)
  }
}

function bitOf(index: number): number {
  return 0x80000000 >>> (index & 31)
}

/** The shared page with these bits where there is one. */
function shared(page: Page): Page {
  const first = page[0]
  if (first !== 0 && first !== 0xffffffff) return page
  for (let word = 1; word < pageWords; word++) if (page[word] !== first) return page
  return first === 0 ? emptyPage : fullPage
}

/** The word that the bytes from `from` on begin; 0 when there is none. */
function lastWord(bits: Uint8Array, from: number): number {
  let word = 0
  for (let at = from; at < bits.length; at++) word |= (bits[at] as number) << (24 - ((at - from) << 3))
  return word
}

/** The pieces of a word whose bits are set, ascending. */
export function eachBit(word: number, bits: number, visit: (index: number) => void): void {
  for (let rest = bits; rest !== 0; ) {
    const nth = Math.clz32(rest)
    rest &= ~bitOf(nth)
    visit(word * 32 + nth)
  }
}

/** Ones in a 32-bit word. */
export function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function checkSize(size: number): number {
  if (Number.isInteger(size) && size > 0 && size < 2 ** 31) return size
  throw new RangeError(`a torrent of ${size} pieces: a positive integer is needed`)
}

function checkIndex(index: number, size: number): number {
  if (Number.isInteger(index) && index >= 0 && index < size) return index
  throw new RangeError(`piece ${index} of a torrent with ${size} pieces`)
}
