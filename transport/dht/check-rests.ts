import type { Clock } from '../clock.ts'

/** The longest rest, in milliseconds: BEP 5 holds a node for good for 15 minutes after it was heard of. */
export const restMsMax = 15 * 60_000

/**
 * Those of which it is remembered that they were asked: at 60 checks a second, the last minute. Of more the one that was asked least
 * recently is forgotten. Our own number.
 */
export const restsMax = 4_000

interface Rest {
  /** How many checks are left until then. */
  left: number
  until: number
  /** How long the next one is, in milliseconds. */
  nextMs: number
}

/**
 * Addresses, or hosts, that were asked whether a node is there, and rest: anybody may name an address that is not his own, and what is
 * there must not be asked without end. So many checks fit into a rest; each in which nothing was answered is followed by one twice as long.
 */
export class CheckRests {
  readonly #clock: Clock
  readonly #checks: number
  readonly #restMs: number
  /** By address or host, the latest to be asked last. */
  readonly #rests = new Map<string, Rest>()

  /** @param restMs The first rest, and each after an answer, in milliseconds. */
  constructor(clock: Clock, checks: number, restMs: number) {
    this.#clock = clock
    this.#checks = checks
    this.#restMs = restMs
  }

  /** Whether it is not to be asked now. */
  has(key: string): boolean {
    const rest = this.#rests.get(key)
    return rest !== undefined && rest.left === 0 && this.#clock.now() < rest.until
  }

  /** It is asked. */
  noteCheck(key: string): void {
    const rest = this.#current(key)
    rest.left--
    this.#rests.delete(key)
    this.#rests.set(key, rest)
    const [oldest] = this.#rests.keys()
    if (oldest !== undefined && this.#rests.size > restsMax) this.#rests.delete(oldest)
  }

  /** It has answered: it rests no longer than at first. */
  noteAnswer(key: string): void {
    const rest = this.#rests.get(key)
    if (!rest) return
    rest.until = Math.min(rest.until, this.#clock.now() + this.#restMs)
    rest.nextMs = this.#restMs
  }

  /** It does not rest any more. */
  forget(key: string): void {
    this.#rests.delete(key)
  }

  /** The rest that a check falls into: the one that lasts, or a new one. */
  #current(key: string): Rest {
    const now = this.#clock.now()
    const last = this.#rests.get(key)
    if (last && now < last.until) return last
    const ms = last?.nextMs ?? this.#restMs
    return { left: this.#checks, until: now + ms, nextMs: Math.min(ms * 2, restMsMax) }
  }
}
