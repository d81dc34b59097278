import type { EventLoop } from './turn-clock.ts'

/** What an `AwakeLoop` needs of a process: its event loop, and what that loop does not see. */
export interface ProcessLoop extends EventLoop {
  /** As `setTimeout`, but a timer that does not keep the process alive, and is never cleared. */
  setBackground(run: () => void, ms: number): void
  /** Milliseconds since the machine was started, those in which it slept included. */
  uptime(): number
}

/** A pending timer of an `AwakeLoop`; opaque to its user. */
interface AwakeTimer {
  readonly run: () => void
  /** When it is due, in awake time. */
  readonly dueMs: number
  /** What had been cut out of time when it was set. */
  cutMs: number
  handle: unknown
  isPending: boolean
  keepsAlive: boolean
}

/** While somebody waits, the time is looked at so often at least, in milliseconds. */
export const heartbeatMs = 1_000

/**
 * Two looks that are further apart, in milliseconds: in between the process did not run. It was stopped, or one piece of its own work
 * kept the loop that long, and what remotes had sent meanwhile lay unread. Twice a heartbeat, so that a machine that is merely busy
 * does not come to it.
 */
export const stepMsMax = 2 * heartbeatMs

/**
 * What such a step counts, in milliseconds. Less than the shortest time-out anybody sets, 1 s, so that none runs out by it alone; not
 * 0, or the timers of a process whose every turn takes so long would never be due.
 */
export const strayMs = 250

/**
 * An event loop whose time stands still while the process does not run, stopped by a signal or kept by work of its own: nobody's time
 * runs out then, and a timer fires once it has waited for as long as it was set. That the process ran shows in a heartbeat, which
 * goes on as long as a timer is pending; without one nobody waits, and all time counts.
 */
export class AwakeLoop implements EventLoop {
  readonly #loop: ProcessLoop
  /** When the machine was started, in awake time, as if it had never slept since it was made. */
  readonly #startMs: number
  #seenMs: number
  #cutMs = 0
  #sleptMs = 0
  #pending = 0
  #hasHeartbeat = false

  constructor(loop: ProcessLoop) {
    this.#loop = loop
    this.#seenMs = loop.now()
    this.#startMs = loop.uptime() - this.#seenMs
  }

  now(): number {
    const seenMs = this.#loop.now()
    const stepMs = seenMs - this.#seenMs
    if (stepMs > stepMsMax && this.#hasHeartbeat) this.#cutMs += stepMs - strayMs
    this.#seenMs = seenMs
    return seenMs - this.#cutMs
  }

  /**
   * Milliseconds that were cut out of time, or in which the machine slept: Linux counts those nowhere but in its uptime, other systems
   * count them as time. Never goes down, and knows nothing of how the wall clock is set.
   */
  slept(): number {
    const now = this.now()
    this.#sleptMs = Math.max(this.#sleptMs, this.#loop.uptime() - this.#startMs - now)
    return this.#sleptMs
  }

  setTimeout(run: () => void, ms: number): AwakeTimer {
    const now = this.now()
    const timer: AwakeTimer = {
      run,
      dueMs: now + ms,
      cutMs: this.#cutMs,
      handle: undefined,
      isPending: true,
      keepsAlive: true,
    }
    timer.handle = this.#loop.setTimeout(() => this.#fire(timer), ms)
    this.#pending++
    if (!this.#hasHeartbeat) {
      this.#hasHeartbeat = true
      this.#loop.setBackground(() => this.#beat(), heartbeatMs)
    }
    return timer
  }

  clearTimeout(timer: AwakeTimer): void {
    this.#loop.clearTimeout(timer.handle)
    this.#end(timer)
  }

  unref(timer: AwakeTimer): void {
    timer.keepsAlive = false
    this.#loop.unref(timer.handle)
  }

  setImmediate(run: () => void): void {
    this.#loop.setImmediate(run)
  }

  /** What was cut out since it was set is still to be waited for; otherwise it is due, and the loop knows best. */
  #fire(timer: AwakeTimer): void {
    const now = this.now()
    const hasWaited = timer.cutMs === this.#cutMs || timer.dueMs <= now
    if (hasWaited) {
      this.#end(timer)
      timer.run()
      return
    }
    timer.cutMs = this.#cutMs
    timer.handle = this.#loop.setTimeout(() => this.#fire(timer), timer.dueMs - now)
    if (!timer.keepsAlive) this.#loop.unref(timer.handle)
  }

  #end(timer: AwakeTimer): void {
    if (timer.isPending) this.#pending--
    timer.isPending = false
  }

  #beat(): void {
    this.now()
    if (this.#pending > 0) this.#loop.setBackground(() => this.#beat(), heartbeatMs)
    else this.#hasHeartbeat = false
  }
}
