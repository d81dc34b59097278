import { type FileHandle, open } from 'node:fs/promises'
import { processDescriptors } from '../transport/descriptors.ts'
import { writeAll } from './whole-transfers.ts'

/** Bytes copied at once: large against a disk's seeks, small against memory. Our own number. */
const chunkBytes = 1024 * 1024

/**
 * Copies a file, through a link, to a path where nothing stands, and brings the copy to the disk. Chunks of zeros become holes, as a torrent
 * that is not complete has many.
 *
 * @param signal ends it: it rejects with the signal's reason.
 */
export const copyFile = (from: string, to: string, signal: AbortSignal): Promise<void> =>
  processDescriptors().using(async () => {
    const source = await open(from, 'r')
    try {
      const { mode } = await source.stat()
      const target = await open(to, 'wx', mode & 0o777)
      try {
        await copyAll(source, target, signal)
        await target.sync()
      } finally {
        await target.close()
      }
    } finally {
      await source.close()
    }
  })

const copyAll = async (source: FileHandle, target: FileHandle, signal: AbortSignal): Promise<void> => {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes)
  const zeros = Buffer.alloc(chunkBytes)
  let at = 0
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await source.read(chunk, 0, chunkBytes, at)
    if (bytesRead === 0) break
    const read = chunk.subarray(0, bytesRead)
    if (!read.equals(zeros.subarray(0, bytesRead))) await writeAll(target, read, at)
    at += bytesRead
  }
  await target.truncate(at)
}
