import type { TorrentEmitted } from '../machines/torrent/vocabulary/emitted.ts'
import { throwUnheard } from './unheard.ts'

type Done = Extract<TorrentEmitted, { type: 'done' }>

/**
 * The promise of a torrent's end, and what becomes of a failure that nobody hears of: as with Node's `error` event it is an uncaught
 * exception. Once it was kept, and there is more to fetch, there is another to wait for, whatever that came of: files that are wanted since,
 * or that were lost. `isHeard`: whether somebody listens to `failed`; `isWhole`: whether all that is wanted is there.
 */
export class Completion {
  readonly #isHeard: () => boolean
  readonly #isWhole: () => boolean
  /** Somebody waits for the promise, and hears of a failure by it. */
  #isTaken = false
  #state: 'pending' | 'kept' | 'broken' = 'pending'
  #resolve: (done: Done) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #promise: Promise<Done>

  constructor(isHeard: () => boolean, isWhole: () => boolean) {
    this.#isHeard = isHeard
    this.#isWhole = isWhole
    this.#promise = this.#make()
  }

  get promise(): Promise<Done> {
    this.#look()
    this.#isTaken = true
    return this.#promise
  }

  done(done: Done): void {
    if (this.#state === 'kept') this.#begin()
    if (this.#state === 'pending') this.#state = 'kept'
    this.#resolve(done)
  }

  failed(error: unknown): void {
    this.#look()
    const isBroken = this.#break(error)
    const isTold = () => this.#isHeard() || (isBroken && this.#isTaken)
    if (this.#isHeard() || !this.#isTaken) this.#mute()
    throwUnheard(error, isTold)
  }

  /** It is over, by a wish or by a defect that is reported elsewhere: nobody has to listen. */
  ended(defect: unknown = new Error('the torrent was stopped before it was complete')): void {
    this.#look()
    if (this.#break(defect)) this.#mute()
  }

  /** It tries again: after a failure there is something to wait for once more. */
  renew(): void {
    if (this.#state === 'broken') this.#begin()
  }

  /** Once it was kept, something may be missing since. */
  #look(): void {
    if (this.#state === 'kept' && !this.#isWhole()) this.#begin()
  }

  #begin(): void {
    this.#state = 'pending'
    this.#isTaken = false
    this.#promise = this.#make()
  }

  #make(): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** False when it was settled before. */
  #break(error: unknown): boolean {
    if (this.#state !== 'pending') return false
    this.#state = 'broken'
    this.#reject(error)
    return true
  }

  #mute(): void {
    this.#promise.catch(() => undefined)
  }
}
