/**
 * What a remote may send that is no news, or that it could send without end: so much at once, and so much a second after that. An honest
 * client sends a few such messages in ten seconds: chokes follow its rounds (libtorrent every 15 s, transmission every 10 s), a
 * keep-alive follows silence (BEP 3: two minutes). At its start it may allow 100 pieces fast, and suggest hundreds. Neither of those
 * clients counts.
 */
export const talkBudget = { atOnce: 1_000, perSecond: 20 } as const

/** How many messages a remote still has reason to say, by what we said to it on this connection. Immutable. */
export interface Answers {
  /** interested and not_interested. */
  readonly interest: number
  /** choke and unchoke. */
  readonly choking: number
}

/** To a remote that was told nothing. */
export const noAnswers: Answers = { interest: 0, choking: 0 }

/** What a remote may still say: a bucket that such messages take from, and time fills. Immutable. */
export interface Talk {
  /** Messages; below 0 it has said too much. */
  readonly left: number
  /** As of when, in milliseconds. */
  readonly at: number
  /** Pieces that it has said it no longer has, by whatever message: of so many a `have` was news again. */
  readonly lost: number
  /** What it may say in answer to us and has not said: it counts nothing, see answers.ts. */
  readonly answers: Answers
}

/** Of a remote that has said nothing yet. */
export const startTalk = (at: number): Talk => ({ left: talkBudget.atOnce, at, lost: 0, answers: noAnswers })

/** The talk after a message that counts as `price`, and by which the remote has `losses` pieces fewer. */
export function spend({ left, at, lost, answers }: Talk, price: number, losses: number, now: number): Talk {
  const earned = ((now - at) * talkBudget.perSecond) / 1000
  return { left: Math.min(talkBudget.atOnce, left + earned) - price, at: now, lost: lost + losses, answers }
}
