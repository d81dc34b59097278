import { writeSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import type { Sink } from './recording.ts'

/** Bytes that wait to be written, at most: what a disk that hangs for a second takes up of a busy record. */
const pendingBytesMax = 8 * 1024 * 1024

/** In milliseconds: so long lines are gathered before they are written. What a killed process loses is no more. */
const gatherMs = 25

/** As many bytes are written without waiting for more. */
const gatherBytes = 256 * 1024

/** What a ring of two files is made with. */
export interface RingFileOptions {
  /** Where the newer of the files lies; the older one is beside it, see `olderPath`. */
  readonly path: string
  /** Of both files together, in bytes. */
  readonly bytesMax: number
  /** What each file begins with, in at most so many bytes. */
  head(segment: number, bytesMax: number): string
  /** Nothing can be written any more. */
  failed(error: Error): void
}

/** Where the older part of a record lies. */
export const olderPath = (path: string): string => `${path}.1`

/** Opens the first file. Throws what the system says, also when a file is there. */
export async function openRingFile(options: RingFileOptions): Promise<RingFile> {
  return new RingFile(options, await create(options.path))
}

/** A new file that its owner alone may read: what is in it is private. */
const create = (path: string): Promise<FileHandle> => open(path, 'wx', 0o600)

type Job = { readonly text: string; readonly bytes: number } | 'turn'

/**
 * Two files that take turns: lines are written to the one until it is full, which is the older one then, in the place of that before. Lines
 * are written in the background, in order. When more wait than there is room for, none is taken until half of that is written; a line that
 * no file has room for is not taken.
 */
export class RingFile implements Sink {
  readonly #options: RingFileOptions
  readonly #segmentBytes: number
  #handle: FileHandle
  #segment = 0
  /** Of the file that the next line goes to, and of its head. */
  #bytes = 0
  #headBytes = 0
  #jobs: Job[] = []
  #pendingBytes = 0
  #isFull = false
  #hasFailed = false
  #isWriting = false
  #isTurning = false
  /** Of the file that is open: what is written, and what is on its way there. */
  #position = 0
  #underWay: Buffer = Buffer.alloc(0)
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void) | undefined

  constructor(options: RingFileOptions, handle: FileHandle) {
    this.#options = options
    this.#segmentBytes = Math.floor(options.bytesMax / 2)
    this.#handle = handle
    this.#begin()
    process.on('exit', this.#flushAtExit)
  }

  write(line: string): boolean {
    if (this.#hasFailed || this.#isFull) return false
    const bytes = Buffer.byteLength(line)
    if (this.#pendingBytes + bytes > pendingBytesMax) {
      this.#isFull = true
      return false
    }
    if (this.#headBytes + bytes > this.#segmentBytes) return false
    if (this.#bytes + bytes > this.#segmentBytes) {
      this.#jobs.push('turn')
      this.#segment++
      this.#begin()
      if (this.#bytes + bytes > this.#segmentBytes) return false
    }
    this.#take(line)
    return true
  }

  /** Whether nothing is written any more: it is closed, or has failed. */
  get isOver(): boolean {
    return this.#hasFailed
  }

  #begin(): void {
    this.#bytes = 0
    this.#take(this.#options.head(this.#segment, Math.floor(this.#segmentBytes / 2)))
    this.#headBytes = this.#bytes
  }

  async close(): Promise<void> {
    process.off('exit', this.#flushAtExit)
    clearTimeout(this.#timer)
    if (!this.#isWriting) this.#start()
    await new Promise<void>((resolve) => {
      this.#idle = resolve
      if (!this.#isWriting) resolve()
    })
    this.#hasFailed = true
    await this.#handle.close().catch(() => undefined)
  }

  #take(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.#jobs.push({ text, bytes })
    this.#bytes += bytes
    this.#pendingBytes += bytes
    if (this.#isWriting) return
    if (this.#pendingBytes >= gatherBytes) this.#start()
    else this.#timer ??= setTimeout(() => this.#start(), gatherMs).unref()
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isWriting = true
    this.#writeAll().then(
      () => this.#rest(),
      (error: unknown) => {
        this.#hasFailed = true
        this.#jobs = []
        this.#rest()
        this.#options.failed(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }

  #rest(): void {
    this.#isWriting = false
    this.#idle?.()
  }

  async #writeAll(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs
      const turn = jobs.indexOf('turn')
      this.#jobs = turn < 0 ? [] : jobs.slice(turn)
      const lines = turn < 0 ? jobs : jobs.slice(0, turn)
      if (lines.length === 0) {
        this.#jobs.shift()
        await this.#turn()
        continue
      }
      await this.#writeOut(Buffer.from(textOf(lines)))
      for (const job of lines) if (job !== 'turn') this.#pendingBytes -= job.bytes
      if (this.#pendingBytes <= pendingBytesMax / 2) this.#isFull = false
    }
  }

  async #writeOut(bytes: Buffer): Promise<void> {
    this.#underWay = bytes
    while (this.#underWay.length > 0) {
      const { bytesWritten } = await this.#handle.write(this.#underWay, 0, this.#underWay.length, this.#position)
      this.#position += bytesWritten
      this.#underWay = this.#underWay.subarray(bytesWritten)
    }
  }

  async #turn(): Promise<void> {
    const { path } = this.#options
    this.#isTurning = true
    await this.#handle.close()
    await rename(path, olderPath(path))
    this.#handle = await create(path)
    this.#position = 0
    this.#isTurning = false
  }

  /** The process ends, perhaps by an error: what waits goes to the file that is open. What is on its way there is written once more. */
  readonly #flushAtExit = (): void => {
    if (this.#isTurning || this.#hasFailed) return
    const turn = this.#jobs.indexOf('turn')
    const rest = Buffer.from(textOf(turn < 0 ? this.#jobs : this.#jobs.slice(0, turn)))
    try {
      writeSync(this.#handle.fd, Buffer.concat([this.#underWay, rest]), 0, undefined, this.#position)
    } catch {
      // There is nobody left to tell.
    }
  }
}

const textOf = (jobs: readonly Job[]): string => jobs.map((job) => (job === 'turn' ? '' : job.text)).join('')
