import type { PieceSet } from '../../machines/piece-set.ts'
import type { ResumeStore } from '../../storage/resume-file.ts'
import type { ChunkStore } from '../../storage/store.ts'
import type { Content } from './content.ts'

/** A block: what a liar makes wrong as a whole. */
const blockBytes = 16 * 1024

/**
 * The disk of one member, which outlives its process. All disks share the bytes of the torrent: one keeps only which pieces are on it. A
 * piece that is put is compared with them byte by byte, so that one that was verified and is wrong does not go unseen.
 */
export class Disk {
  readonly #content: Content
  #has: PieceSet
  #resume: Uint8Array | undefined
  /** Pieces that were put though they are wrong. */
  readonly wrong: number[] = []

  constructor(content: Content, has: PieceSet) {
    this.#content = content
    this.#has = has
  }

  /** The pieces that are on it. */
  get has(): PieceSet {
    return this.#has
  }

  /**
   * The disk as one process has it, until that is killed: a store, and resume data. `lies`: which of the blocks that are read are
   * wrong; asked for blocks alone, not for whole pieces.
   */
  open(lies?: (index: number, begin: number) => boolean): { store: ChunkStore; resume: ResumeStore; kill(): void } {
    const { metainfo, data } = this.#content
    const { pieceLength } = metainfo
    let isAlive = true
    const wanted = (index: number) => data.subarray(index * pieceLength, (index + 1) * pieceLength)
    return {
      kill: () => {
        isAlive = false
      },
      store: {
        chunkLength: pieceLength,
        copiesOnPut: true,
        put: (index, piece, done) => {
          if (!isAlive) return
          if (Buffer.compare(piece, wanted(index)) !== 0) this.wrong.push(index)
          this.#has = this.#has.with(index)
          queueMicrotask(() => isAlive && done(null))
        },
        get: (index, range, done) => {
          const { offset = 0, length = pieceLength } = range ?? {}
          const right = this.#has.has(index) ? wanted(index).subarray(offset, offset + length) : undefined
          const bytes = right && lies ? spoilt(right, offset, (begin) => lies(index, begin)) : right
          queueMicrotask(() => isAlive && (bytes ? done(null, bytes) : done(absent)))
        },
        close: (done) => queueMicrotask(() => isAlive && done(null)),
      },
      resume: {
        load: async () => this.#resume,
        save: async (saved) => {
          if (isAlive) this.#resume = saved
        },
      },
    }
  }
}

const absent = Object.assign(new Error('the piece is not on the disk'), { notFound: true })

/** A copy in which one bit of each block that is to be wrong is turned over. */
function spoilt(right: Uint8Array, offset: number, lies: (begin: number) => boolean): Uint8Array {
  const bytes = right.slice()
  for (let at = 0; at < bytes.length; at += blockBytes) {
    if (lies(offset + at)) bytes[at] = (bytes[at] ?? 0) ^ 1
  }
  return bytes
}
