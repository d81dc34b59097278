import { PartFile } from '../../storage/part-file.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const pieces = { count: 6, length: 64 }

/** A file in memory, for a pool of files. */
function poolOf(file: { bytes: Uint8Array }) {
  const handle = {
    async read(into: Uint8Array, offset: number, length: number, position: number) {
      const part = file.bytes.subarray(position, position + length)
      into.set(part, offset)
      return { bytesRead: part.length }
    },
    async write(from: Uint8Array, offset: number, length: number, position: number) {
      const grown = new Uint8Array(Math.max(file.bytes.length, position + length))
      grown.set(file.bytes)
      grown.set(from.subarray(offset, offset + length), position)
      file.bytes = grown
      return { bytesWritten: length }
    },
  }
  return {
    with: (_: string, __: string, use: (one: typeof handle) => Promise<unknown>) => use(handle),
    forget: async () => {
      file.bytes = new Uint8Array()
    },
  } as never
}

/**
 * A part file of any content: it is read, or counts as empty. What is written of a piece is read again, whatever else is written and freed; and as a
 * program that starts anew reads it.
 */
export const target: Target = {
  covers: ['storage/part-file.ts', 'storage/whole-transfers.ts'],
  bytesMax: 2_048,
  words: [
    Uint8Array.of(0, 0, 0, 6),
    Uint8Array.of(0, 0, 0, 64),
    Uint8Array.of(255, 255, 255, 255),
    Uint8Array.of(0, 0, 0, 1),
  ],
  seeds: () => {
    const header = new Uint8Array(1_024 + 2 * pieces.length)
    header.set([
      0, 0, 0, 6, 0, 0, 0, 64, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255,
      255, 255, 255,
    ])
    return { 'two slots': header, 'cut short': header.subarray(0, 40), empty: new Uint8Array() }
  },
  async run(input) {
    const file = { bytes: new Uint8Array(input) }
    const path = '/nowhere/part'
    const parts = new PartFile(path, poolOf(file), pieces)
    await parts.load()
    const before = [...parts.pieces]
    must(
      before.length <= pieces.count && before.every((index) => index < pieces.count),
      'it has slots of its pieces alone',
    )
    const written = new Map<number, Uint8Array>()
    for (const [at, step] of input.subarray(0, 24).entries()) {
      const index = step % pieces.count
      if (step < 170) {
        const part = counted(pieces.length, at)
        await parts.write(index, 0, part)
        written.set(index, part)
      } else if (parts.has(index)) {
        await parts.free([index])
        written.delete(index)
      }
    }
    for (const of of [parts, new PartFile(path, poolOf(file), pieces)]) {
      if (of !== parts) await of.load()
      for (const [index, part] of written) {
        const read = new Uint8Array(pieces.length)
        await of.read(index, 0, read)
        must(Buffer.compare(read, part) === 0, 'what was written is read')
      }
    }
    must(
      file.bytes.length <= 1_024 + 2 * pieces.count * pieces.length + input.length,
      'it grows no longer than its pieces',
    )
    return `${before.length > 0} ${written.size > 0}`
  },
}
