/**
 * How soon a peer that is unchoked asks and takes its first block, in milliseconds: some round trips. libtorrent and others ask at
 * once; libtorrent itself waits a minute before it ends the connection of one that does not.
 */
export const firstBlockMs = 3_000

/** A slot whose holder takes no block for so long, in milliseconds, is lost on it: a choke round (BEP 3). */
export const idleMs = 10_000

/** Who took something so lately, in milliseconds, takes: two looks, as there is one a second. */
export const takingMs = 2_000

/**
 * How long it is held against a peer that it took nothing, in milliseconds: as long as a turn of a seeder may last. One that had
 * nothing to ask for when it was unchoked is not shut out for good.
 */
export const forgivenMs = 300_000

/**
 * What a peer does with what it may have. `takes`: its socket takes blocks, or we owe it some that it asked for. `stalls`: it did, and
 * has not for longer than a first block may take. `takes_nothing`: it held a slot and asked for nothing, or does not read what it was sent,
 * and it has taken nothing since. `pauses`: none of these, as of one that was unchoked only just, or never.
 */
export type Appetite = 'takes' | 'pauses' | 'stalls' | 'takes_nothing'

/** What there is to judge it by; times in milliseconds. */
export interface Meal {
  /** We unchoke it, since then. */
  readonly isUnchoked: boolean
  readonly since: number
  /** When its socket last took bytes of a block; now, while we owe it blocks; undefined before. */
  readonly tookAt: number | undefined
  /** Bytes of blocks wait for it to be read. */
  readonly hasUnread: boolean
  /** It sends us blocks: what it asks for comes behind those, which may take seconds. */
  readonly gives: boolean
  /** When it was last found to take nothing; undefined if never. */
  readonly refrainedAt: number | undefined
}

/** Judges it. */
export function appetiteOf({ isUnchoked, since, gives, hasUnread, refrainedAt, tookAt }: Meal, at: number): Appetite {
  if (tookAt !== undefined && at - tookAt < takingMs) return 'takes'
  const hasTaken = tookAt !== undefined && tookAt >= since
  const idleForMs = at - (hasTaken ? tookAt : since)
  const hasRefrained = refrainedAt !== undefined && !(tookAt !== undefined && tookAt > refrainedAt)
  if (hasRefrained && at - refrainedAt < forgivenMs) return 'takes_nothing'
  if (hasUnread && idleForMs >= idleMs) return 'takes_nothing'
  if (isUnchoked && idleForMs >= (hasTaken || gives ? idleMs : firstBlockMs)) return 'takes_nothing'
  return isUnchoked && hasTaken && idleForMs >= firstBlockMs ? 'stalls' : 'pauses'
}
