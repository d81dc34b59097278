import type { CloseReason, RemoteFault } from './close-reason.ts'

/** What changes the reputation of a peer. */
export interface ReputationRule {
  /** Added to the reputation, each time. */
  readonly change: number
  /** What the peer did. */
  readonly meaning: string
  /** Which page says so, or which client does so. */
  readonly source: string
}

/** The reputation a peer starts with, and at or below which it is banned (Net::BitTorrent::Peer). */
export const reputationBounds = { initial: 100, banned: 50 } as const

/**
 * Every rule that changes a reputation, by name; beside them the caller may adjust it. A piece costs once, however many of its
 * blocks were wrong. Prices are such that no honest client is banned for a quirk: the rule it breaks on every connection costs its
 * host once, it takes five different ones to be banned, and each piece it gives buys a bit more.
 */
export const reputationRules = {
  verified: {
    change: 1,
    meaning: 'it gave blocks of a piece that passed its hash',
    source: 'Net::BitTorrent::Peer',
  },
  corrupt: {
    change: -20,
    meaning: 'a piece failed its hash, and it alone gave it, or its blocks differ from the good ones',
    source: 'Net::BitTorrent::Peer; proof as libtorrent’s smart ban',
  },
  corrupt_metadata: {
    change: -20,
    meaning: 'metadata failed the info hash, and what it gave of it was wrong (BEP 9)',
    source: 'as much as a corrupt piece',
  },
  not_announced: {
    change: -5,
    meaning: 'it asked for a piece we have never announced; once a batch of requests, and once a piece',
    source: 'Net::BitTorrent’s code',
  },
  violation: {
    change: -10,
    meaning: 'it broke a rule for which an open connection is closed; each rule costs a host once',
    source: 'others close alone; here the address is out after five different ones',
  },
  flood: {
    change: -20,
    meaning:
      'it was closed for going on and on: messages that carry nothing, requests that are refused, metadata requests, PEX messages, or never reading',
    source: 'libtorrent closes (`max_rejects`); here the address is out after three',
  },
} as const satisfies Record<string, ReputationRule>

/** The name of a rule. */
export type RuleName = keyof typeof reputationRules

const floods: ReadonlySet<RemoteFault> = new Set<RemoteFault>([
  'message_flood',
  'metadata_flood',
  'not_reading',
  'pex_flood',
  'request_flood',
])

/** A fault that closes and costs nothing: it may be a defect of the extension's own code. */
const free: ReadonlySet<RemoteFault> = new Set<RemoteFault>(['extension_misused'])

/** The rule by which the end of an open connection costs reputation; undefined when it costs nothing. */
export function ruleOf(reason: CloseReason): RuleName | undefined {
  if (reason.source !== 'remote' || free.has(reason.code)) return undefined
  return floods.has(reason.code) ? 'flood' : 'violation'
}
