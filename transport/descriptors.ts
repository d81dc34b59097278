import { readdirSync, readFileSync } from 'node:fs'

/** What a descriptor is for. Files are open for as long as they are worked on, and idle ones can be closed; sockets stay. */
export type DescriptorUse = 'file' | 'socket'

/** How many descriptors may be open at once, in all and of each use. */
export interface DescriptorBounds {
  readonly most: number
  readonly file: number
  readonly socket: number
}

interface Waiting {
  readonly use: DescriptorUse
  readonly go: () => void
}

/**
 * The descriptors that files and sockets share, those in use counted: a caller that wants one more than there are waits, first come
 * first served, and meanwhile idle ones are closed. A caller that holds one must not wait for a second.
 */
export class Descriptors {
  readonly #bounds: DescriptorBounds
  readonly #held: Record<DescriptorUse, number> = { file: 0, socket: 0 }
  #waiting: Waiting[] = []
  /** The callers that try again, in order, as one is freed. */
  readonly #starved = new Set<() => void>()
  #closeIdle: () => boolean = () => false

  constructor(bounds: DescriptorBounds) {
    this.#bounds = bounds
  }

  /** How many sockets may be open at once. */
  get socketsMax(): number {
    return this.#bounds.socket
  }

  /** Of both uses. */
  get held(): number {
    return this.#held.file + this.#held.socket
  }

  /** Whether somebody waits for a file to be closed, so that none should be kept idle. */
  get isWanted(): boolean {
    return this.#waiting.some(({ use }) => this.#needsFile(use))
  }

  /**
   * @param closeIdle begins to close the idle one that was used least recently, and gives it back when it is closed; false if there is
   * none.
   */
  keepsIdle(closeIdle: () => boolean): void {
    this.#closeIdle = closeIdle
  }

  /** Takes one if that needs no wait. */
  tryTake(use: DescriptorUse): boolean {
    if (!this.#fits(use)) return false
    this.#held[use]++
    return true
  }

  /** Resolves when one may be opened; each is given back once, by `release`. */
  async take(use: DescriptorUse): Promise<void> {
    await new Promise<void>((go) => this.whenFree(use, go))
  }

  /** Calls `go` when one may be opened, at once if there is one. Answers how to wait no longer. */
  whenFree(use: DescriptorUse, go: () => void): () => void {
    if (this.tryTake(use)) {
      go()
      return () => undefined
    }
    if (this.#needsFile(use)) this.#closeIdle()
    const waiting = { use, go }
    this.#waiting.push(waiting)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
    }
  }

  /** Counts a socket that is open already, unasked, as an accepted one is. False: it is one too many, to be closed. */
  admit(): boolean {
    if (this.#held.socket >= this.#bounds.socket) return false
    if (!this.#fits('socket')) this.#closeIdle()
    this.#held.socket++
    return true
  }

  /** One is closed. */
  release(use: DescriptorUse): void {
    this.#held[use]--
    const [starved] = this.#starved
    starved?.()
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#held[next.use]++
      next.go()
    }
  }

  /**
   * Calls `open`, which opens one that was taken. Where the process or the system has none left, since others in the process hold more than
   * was foreseen, idle ones are closed, and it is called again when one is free; after a minute without one its error is thrown.
   */
  async opening<Opened>(open: () => Promise<Opened>): Promise<Opened> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await open()
      } catch (error) {
        if (!isShortage(error) || attempt === attemptsMax) throw error
        await this.relief()
      }
    }
  }

  /** After a failure for want of descriptors: resolves when it is worth trying again. */
  async relief(): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer)
        this.#starved.delete(go)
        resolve()
      }
      const timer = setTimeout(go, retryMs)
      this.#starved.add(go)
      this.#closeIdle()
    })
  }

  /** Does `work`, which opens one file at a time, when there is a descriptor for it, and anew where it turns out that there is none. */
  async using<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.take('file')
    try {
      return await this.opening(work)
    } finally {
      this.release('file')
    }
  }

  #fits(use: DescriptorUse): boolean {
    return this.held < this.#bounds.most && this.#held[use] < this.#bounds[use]
  }

  /** Whether a file less would help: the bound of sockets is their own. */
  #needsFile(use: DescriptorUse): boolean {
    return use === 'file' || this.#held.socket < this.#bounds.socket
  }

  /** The first that waits for what is there now. */
  #next(): Waiting | undefined {
    const i = this.#waiting.findIndex(({ use }) => this.#fits(use))
    return i < 0 ? undefined : this.#waiting.splice(i, 1)[0]
  }
}

/**
 * How long until an open that failed for want of descriptors is tried again, if none of ours is closed meanwhile: others tell us nothing.
 */
const retryMs = 100

/** A minute of them. */
const attemptsMax = 600

/** Whether a system call failed for want of descriptors: of the process (EMFILE) or of the system (ENFILE). */
export const isShortage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')

/** Data files open at once: more cost descriptors that sockets want, and save few opens. */
const filesMax = 128

/** Left to files however many sockets there are. */
const filesMin = 16

/** What is not counted: folders that are looked at, what the package for `createMetainfo` opens, the resolver's sockets. */
const uncounted = 16

/** What Node has open by itself, where that cannot be counted: 20 on Linux. */
const nodesOwn = 24

/**
 * Divides what the system allows.
 *
 * @param limit descriptors of the process, `ulimit -n`.
 * @param open those that are open already.
 */
export const boundsFor = (limit: number, open: number): DescriptorBounds => {
  const most = Math.max(2 * filesMin, limit - open - uncounted)
  return { most, file: Math.min(filesMax, most), socket: most - filesMin }
}

let ours: Descriptors | undefined

/** Those of this process: one for all torrents. The system's limit is asked once. */
export const processDescriptors = (): Descriptors => {
  ours ??= new Descriptors(boundsFor(limitOfProcess(), openNow()))
  return ours
}

/**
 * Linux says it; elsewhere Infinity, so that what an open answers is the limit. Not `process.report`: it costs 6 ms, and resolves the name
 * of every remote. Node has raised the soft limit to the hard one when it started.
 */
const limitOfProcess = (): number => {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const openNow = (): number => {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return nodesOwn
  }
}
