import type { MessageName } from './messages.ts'

/**
 * Messages at once that carry neither blocks nor pieces, and how many a second after that. An honest client says a few in ten
 * seconds: chokes follow its rounds (libtorrent every 15 s, transmission every 10 s), interest the pieces that come, a keep-alive
 * silence (BEP 3: two minutes). At its start it may say 100 pieces allowed fast, and suggest hundreds. Neither of those clients counts.
 */
export const messageBudget = { atOnce: 1_000, perSecond: 20 } as const

/** What is bounded otherwise: by the pieces there are, by what we asked for, or by a rule of its own. */
const uncounted: ReadonlySet<MessageName> = new Set<MessageName>([
  'have',
  'piece',
  'request',
  'cancel',
  'reject_request',
  'extended',
])

/** What one remote may say without an end to it: a bucket that every such message takes from, and time fills. */
export class MessageBudget {
  #left: number = messageBudget.atOnce
  #filledAt: number

  /** `at`: milliseconds that never go back, here and below. */
  constructor(at: number) {
    this.#filledAt = at
  }

  /** A message has come. Answers false when it is one too many. `isGreeting`: an `extended` message that is the handshake (BEP 10). */
  take(name: MessageName, at: number, { isGreeting = false } = {}): boolean {
    if (uncounted.has(name) && !isGreeting) return true
    const earned = ((at - this.#filledAt) * messageBudget.perSecond) / 1000
    this.#left = Math.min(messageBudget.atOnce, this.#left + earned) - 1
    this.#filledAt = at
    return this.#left >= 0
  }
}
