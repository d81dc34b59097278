import { addressKey } from '../address.ts'
import type { Clock } from '../clock.ts'
import type { Address } from '../transport.ts'
import { CheckRests } from './check-rests.ts'

/** A node of the DHT. */
export interface DhtNode extends Address {
  /** 40 hex digits. */
  readonly id: string
}

/** Nodes of which it is known that they have answered: more than a table holds. Of more the one that was silent for longest is forgotten. */
export const answeringMax = 1_000

/** Nodes that wait for a query that asks whether they are there. Of more none is: such a node asks us again. */
export const waitingMax = 300

/** So many of them are asked at once, and others so much later: 60 a second, as anybody may name any address as his own. Our own numbers. */
export const checks = { atOnce: 30, pauseMs: 500 } as const

/** So many addresses of a host are asked, none of which answers, before it rests: several nodes may be behind one. Our own number. */
export const checksOfHost = 16

/** How long an answer is waited for, in milliseconds. The package waits 2 s (k-rpc-socket), and takes a late answer for one, too. */
export const answerMs = 5_000

/**
 * Which nodes have answered a query of ours. Anybody can send a query, or an answer that nobody asked for, in the name of another; a node
 * that has answered is there, and only such a node is told to others, or kept.
 */
export class AnsweringNodes {
  readonly #clock: Clock
  readonly #ask: (address: Address) => void
  /** By address, the latest to answer last. */
  readonly #answered = new Map<string, DhtNode>()
  /** By transaction and host, until when an answer is waited for; the oldest first. */
  readonly #asked = new Map<string, number>()
  /** By address, those that are to be asked, the oldest first. */
  readonly #waiting = new Map<string, Address>()
  readonly #addressRests: CheckRests
  readonly #hostRests: CheckRests
  /** How many may be asked before the pause is over. */
  #left: number = checks.atOnce
  #pause: unknown

  /** @param ask Asks a node whether it is there. */
  constructor(clock: Clock, ask: (address: Address) => void) {
    this.#clock = clock
    this.#ask = ask
    this.#addressRests = new CheckRests(clock, 1, answerMs)
    this.#hostRests = new CheckRests(clock, checksOfHost, answerMs)
  }

  /** Those that have answered, the latest first. */
  get nodes(): readonly DhtNode[] {
    return [...this.#answered.values()].reverse()
  }

  /** A query is sent there. */
  noteQuery(transaction: string, { host }: Address): void {
    const now = this.#clock.now()
    for (const [key, until] of this.#asked) {
      if (until > now) break
      this.#asked.delete(key)
    }
    this.#asked.delete(`${transaction} ${host}`)
    this.#asked.set(`${transaction} ${host}`, now + answerMs)
  }

  /** Whether what comes answers a query of ours: once each. A node may answer from another port than the one where it is asked. */
  isAnswer(transaction: string, { host }: Address): boolean {
    const until = this.#asked.get(`${transaction} ${host}`)
    this.#asked.delete(`${transaction} ${host}`)
    return until !== undefined && until > this.#clock.now()
  }

  /** A node has answered. */
  noteAnswer(node: DhtNode): void {
    const key = addressKey(node)
    this.#addressRests.noteAnswer(key)
    this.#hostRests.forget(node.host)
    this.#waiting.delete(key)
    this.#answered.delete(key)
    this.#answered.set(key, node)
    const [oldest] = this.#answered.keys()
    if (oldest !== undefined && this.#answered.size > answeringMax) this.#answered.delete(oldest)
  }

  /** Whether it has answered, by the same id. */
  has(node: DhtNode): boolean {
    return this.#answered.get(addressKey(node))?.id === node.id
  }

  /** Asks a node whether it is there, when it is its turn; one that rests is not asked. */
  check(address: Address): void {
    const key = addressKey(address)
    if (this.#waiting.size >= waitingMax || this.#addressRests.has(key) || this.#hostRests.has(address.host)) return
    this.#addressRests.noteCheck(key)
    this.#hostRests.noteCheck(address.host)
    this.#waiting.set(key, address)
    this.#askSome()
  }

  /** Asks nobody any more. */
  end(): void {
    this.#waiting.clear()
    this.#clock.clearTimeout(this.#pause)
  }

  #askSome(): void {
    for (const [key, address] of this.#waiting) {
      if (this.#left === 0) break
      this.#left--
      this.#waiting.delete(key)
      this.#ask(address)
    }
    if (this.#left === checks.atOnce) return
    this.#pause ??= this.#clock.setTimeout(() => {
      this.#pause = undefined
      this.#left = checks.atOnce
      this.#askSome()
    }, checks.pauseMs)
  }
}
