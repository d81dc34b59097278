import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../../transport/clock.ts'
import { Failure } from './exit.ts'

/** How often a pipe is looked at, in milliseconds: nobody sees the wait, and it costs nothing. */
const pollMs = 50

const chunkBytes = 64 * 1024

/** How far a file is read, and how long it is waited for. */
export interface ReadBounds {
  /** What is read: a word for the user. */
  readonly what: string
  /** Of more than so many bytes nothing is kept. */
  readonly bytesMax: number
  /** In milliseconds: how long a pipe may bring nothing. */
  readonly patienceMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Reads a file, a pipe or a device, one byte beyond its bound at most. A pipe is opened without waiting for its writer: a thread that
 * waits there would keep the process from its end. Throws a Failure for what is longer, or brings nothing for too long, the signal's
 * reason, and the errors of the system.
 */
export async function readBounded(path: string, bounds: ReadBounds): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return await readAll(handle, path, bounds)
  } finally {
    await handle.close()
  }
}

async function readAll(handle: FileHandle, path: string, bounds: ReadBounds): Promise<Uint8Array> {
  const { what, bytesMax, patienceMs, clock, signal } = bounds
  const found = await handle.stat()
  const tooLong = () => new Failure(`${path} is not a usable ${what}: it is longer than ${bytesMax} bytes`)
  if (found.isFile() && found.size > bytesMax) throw tooLong()
  const chunks: Uint8Array[] = []
  let length = 0
  let cameAt = clock.now()
  for (;;) {
    const chunk = new Uint8Array(Math.min(chunkBytes, bytesMax + 1 - length))
    const count = await readSome(handle, chunk)
    if (count !== undefined && count > 0) {
      chunks.push(chunk.subarray(0, count))
      length += count
      cameAt = clock.now()
      if (length > bytesMax) throw tooLong()
      continue
    }
    // A pipe that nobody has written to yet looks as if it had ended.
    if (count === 0 && (length > 0 || !found.isFIFO())) return Buffer.concat(chunks)
    if (clock.now() - cameAt >= patienceMs) {
      throw new Failure(`gave up on ${path}: nothing came out of it for ${patienceMs / 1000} s`)
    }
    await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), pollMs))
    signal.throwIfAborted()
  }
}

/** Undefined when there is nothing yet. */
async function readSome(handle: FileHandle, into: Uint8Array): Promise<number | undefined> {
  try {
    const { bytesRead } = await handle.read(into, 0, into.length, null)
    return bytesRead
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined
    throw error
  }
}
