/**
 * How soon a peer that is unchoked asks and takes its first block, in milliseconds: some round trips. libtorrent and others ask at
 * once; libtorrent itself waits a minute before it ends the connection of one that does not.
 */
export const firstBlockMs = 3_000

/** A slot whose holder takes no block for so long, in milliseconds, is lost on it: a choke round (BEP 3). */
export const idleMs = 10_000

/**
 * How long it may be idle at most, in milliseconds, after it took much: a socket takes megabytes at once, says no more until a third of
 * them is read, and the reader may be slow. It has so long as what it was sent lasts at `fillingBytesPerSecond`.
 */
export const idleMaxMs = 30_000

/** A peer that took something so lately, in milliseconds, takes: two looks, as there is one a second. */
export const takingMs = 2_000

/**
 * In bytes a second. A peer that takes less while nothing of ours holds it back does not fill a slot, and has a short turn of a seeder: at
 * this rate a piece of 256 KiB takes longer than a round.
 */
export const fillingBytesPerSecond = 20_000

/** How long it may take less, in milliseconds: a choke round to ask and speed up in, and one to be measured. */
export const slowMs = 20_000

/**
 * How long it is held against a peer that it took nothing, in milliseconds: as long as a turn of a seeder may last. One that had
 * nothing to ask for when it was unchoked is not shut out for good.
 */
export const forgivenMs = 300_000

/**
 * What a peer does with what it may have. `takes`: its socket takes blocks, or we owe it some that it asked for. `rests`: it did, and has
 * not in the last two looks. `stalls`: it has not for longer than a first block may take. `nibbles`: it takes less than would fill a slot.
 * `takes_nothing`: it held a slot and asked for nothing, or does not read what it was sent, and it has taken nothing since. `pauses`: none
 * of these, as of one that was unchoked only just, or never. What a peer that gives to us asks for comes behind what it gives: it stalls
 * later, and no worse is said of it.
 */
export type Appetite = 'takes' | 'pauses' | 'rests' | 'nibbles' | 'stalls' | 'takes_nothing'

const idle: ReadonlySet<Appetite> = new Set(['nibbles', 'stalls', 'takes_nothing'])

/** Whether others may use better what it holds. */
export const isIdle = (appetite: Appetite): boolean => idle.has(appetite)

/**
 * Whether a slot may be held for nothing: a holder stalls, or takes little; or all rest; or one has not taken anything yet or lately, and there
 * are peers that took nothing.
 */
export function mayBeUnused(
  holders: readonly Appetite[],
  { others }: { readonly others: readonly Appetite[] },
): boolean {
  if (holders.some(isIdle) || (holders.length > 0 && holders.every((holder) => holder === 'rests'))) return true
  return others.includes('takes_nothing') && holders.some((holder) => holder !== 'takes')
}

/** What there is to judge it by; times in milliseconds. */
export interface Meal {
  /** We unchoke it, since then. */
  readonly isUnchoked: boolean
  readonly since: number
  /** When its socket last took bytes of a block; now, while we owe it blocks; undefined before. */
  readonly tookAt: number | undefined
  /** Bytes of blocks that it was sent since then. */
  readonly sent: number
  /** Bytes of blocks wait for it to be read. */
  readonly hasUnread: boolean
  /** An upload limit of ours holds its blocks up, or super-seeding shows it few pieces to ask for. */
  readonly isLimited: boolean
  /** How long what it owes us takes it, at the rate at which it gives; undefined if it gives nothing. */
  readonly givesForMs: number | undefined
  /** When it was last found to take nothing; undefined if never. */
  readonly refrainedAt: number | undefined
}

/** Judges it. */
export function appetiteOf(meal: Meal, at: number): Appetite {
  const { givesForMs, hasUnread, isUnchoked, refrainedAt, since, tookAt } = meal
  const takes = tookAt !== undefined && at - tookAt < takingMs
  if (takes) return isUnchoked && isSlow(meal, at) ? 'nibbles' : 'takes'
  const hasTaken = tookAt !== undefined && tookAt >= since
  const idleForMs = at - (hasTaken ? tookAt : since)
  if (givesForMs !== undefined) return isUnchoked && idleForMs >= firstBlockMs + givesForMs ? 'stalls' : 'pauses'
  const hasRefrained = refrainedAt !== undefined && !(tookAt !== undefined && tookAt > refrainedAt)
  if (hasRefrained && at - refrainedAt < forgivenMs) return 'takes_nothing'
  if (hasUnread && idleForMs >= idleLimitMs(meal)) return 'takes_nothing'
  if (isUnchoked && idleForMs >= (hasTaken ? idleLimitMs(meal) : firstBlockMs)) return 'takes_nothing'
  if (!isUnchoked || !hasTaken) return 'pauses'
  return idleForMs >= firstBlockMs ? 'stalls' : 'rests'
}

/** How long it may be idle after it took what it was sent. */
const idleLimitMs = ({ sent }: Meal): number =>
  Math.min(Math.max(idleMs, (sent * 1_000) / fillingBytesPerSecond), idleMaxMs)

/** Whether it has taken too little for the time it has been unchoked. */
function isSlow({ givesForMs, isLimited, sent, since }: Meal, at: number): boolean {
  const ms = at - since
  return givesForMs === undefined && !isLimited && ms >= slowMs && sent * 1_000 < ms * fillingBytesPerSecond
}
