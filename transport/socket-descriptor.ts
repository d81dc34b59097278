import { processDescriptors } from './descriptors.ts'

/**
 * How long a dial waits for a descriptor, in milliseconds: less than anybody waits for an answer (`timer.connect`), so that it is not the
 * remote that is found silent.
 */
export const descriptorWaitMs = 10_000

const nothing = (): void => undefined

/**
 * The descriptor of one connection: taken in turn before it dials, and given back when it is closed. A dial waits for it, in all, for
 * `descriptorWaitMs`; then it gives up.
 */
export class SocketDescriptor {
  #isHeld: boolean
  #isWaiting = false
  #isOverdue = false
  /** Runs from the time on when a dial first found no descriptor. */
  #timer: NodeJS.Timeout | undefined
  #leaveQueue = nothing
  #giveUp = nothing

  /** `isHeld`: of a socket that was accepted, whose descriptor is counted. */
  constructor(isHeld: boolean) {
    this.#isHeld = isHeld
  }

  /** Calls `dial` as soon as there is a descriptor, at once as a rule; `giveUp` when there was none in time. */
  take(dial: () => void, giveUp: () => void): void {
    this.#giveUp = giveUp
    this.#leaveQueue = processDescriptors().whenFree('socket', () => {
      this.#isHeld = true
      this.#isWaiting = false
      dial()
    })
    if (!this.#isHeld) this.#wait()
  }

  /** There was no descriptor after all: calls `dial` when there may be one, unless it gives up. */
  retake(dial: () => void): void {
    if (!this.#wait()) return
    processDescriptors()
      .relief()
      .then(() => {
        if (!this.#isWaiting) return
        this.#isWaiting = false
        dial()
      })
  }

  /** It has been of use: nobody waits any more. */
  used(): void {
    clearTimeout(this.#timer)
  }

  /** Gives it back, or leaves the queue for it; neither `dial` nor `giveUp` is called any more. */
  release(): void {
    this.#isWaiting = false
    clearTimeout(this.#timer)
    this.#leaveQueue()
    if (this.#isHeld) processDescriptors().release('socket')
    this.#isHeld = false
  }

  /** Answers whether there is time left. */
  #wait(): boolean {
    this.#isWaiting = !this.#isOverdue
    if (this.#isOverdue) this.#giveUp()
    else this.#timer ??= setTimeout(() => this.#overdue(), descriptorWaitMs)
    return this.#isWaiting
  }

  #overdue(): void {
    this.#isOverdue = true
    if (!this.#isWaiting) return
    this.#isWaiting = false
    this.#giveUp()
  }
}
