import { type RuleName, reputationRules } from './reputation-rules.ts'

/** Why a reputation changed: a rule, or the caller (`adjusted`). */
export type EvidenceRule = RuleName | 'adjusted'

/** One change of a reputation, and what it rests on. */
export interface Evidence {
  readonly rule: EvidenceRule
  readonly change: number
  /** The number of the connection; each of a torrent has its own. */
  readonly peer: number
  /** Of rules about pieces. */
  readonly piece?: number
  /** Numbers of the blocks that were wrong, at most 32; absent when it gave the whole piece. */
  readonly blocks?: readonly number[]
  /** The code of the close reason, of rules that close. */
  readonly detail?: string
}

/** Whether JSON says what a piece of evidence says. */
export function isEvidence(json: unknown): json is Evidence {
  if (typeof json !== 'object' || json === null) return false
  const { rule, change, peer, piece, blocks, detail }: { readonly [Name in keyof Evidence]?: unknown } = json
  return (
    typeof rule === 'string' &&
    (rule === 'adjusted' || Object.hasOwn(reputationRules, rule)) &&
    Number.isSafeInteger(change) &&
    isCount(peer) &&
    (piece === undefined || isCount(piece)) &&
    (blocks === undefined || (Array.isArray(blocks) && blocks.length <= blocksMax && blocks.every(isCount))) &&
    (detail === undefined || (typeof detail === 'string' && detail.length <= detailMax))
  )
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** What a peer did, without the connection. */
export type Grounds = Omit<Evidence, 'peer'>

/** Changes that are remembered of one address. */
export const evidenceMax = 50

const blocksMax = 32

/** Characters; the longest code has 25. */
const detailMax = 100

/** What a rule takes or gives, with what it was about. */
export function groundsOf(rule: RuleName, about: Pick<Evidence, 'piece' | 'blocks' | 'detail'> = {}): Grounds {
  const { blocks, ...rest } = about
  return {
    rule,
    change: reputationRules[rule].change,
    ...rest,
    ...(blocks && { blocks: blocks.slice(0, blocksMax) }),
  }
}

/** One piece of evidence more. Beyond the bound the oldest merit goes first, or what the peer did wrong would be forgotten. */
export function withEvidence(evidence: readonly Evidence[], one: Evidence): readonly Evidence[] {
  const all = [...evidence, one]
  if (all.length <= evidenceMax) return all
  const merit = all.findIndex(({ change }) => change > 0)
  return all.toSpliced(Math.max(0, merit), 1)
}

/** Whether evidence has it already that this rule was broken: a client that breaks it on each connection has a quirk, and paid for it. */
export const isPaid = (evidence: readonly Evidence[], { rule, detail }: Grounds): boolean =>
  rule === 'violation' && evidence.some((one) => one.rule === rule && one.detail === detail)

/**
 * What speaks against a peer as a short text for people: `3 × corrupt (pieces 4, 7, 9), 1 × violation (have_out_of_range)`.
 * Empty when nothing does.
 */
export function describeEvidence(evidence: readonly Evidence[]): string {
  const byRule = new Map<EvidenceRule, Evidence[]>()
  for (const one of evidence) {
    if (one.change < 0) byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), one])
  }
  return Array.from(byRule, ([rule, all]) => `${all.length} × ${rule}${details(all)}`).join(', ')
}

function details(all: readonly Evidence[]): string {
  const pieces = [...new Set(all.flatMap(({ piece }) => piece ?? []))]
  const codes = [...new Set(all.flatMap(({ detail }) => detail ?? []))]
  const texts = [
    ...(pieces.length > 0 ? [`${pieces.length === 1 ? 'piece' : 'pieces'} ${pieces.join(', ')}`] : []),
    ...(codes.length > 0 ? [codes.join(', ')] : []),
  ]
  return texts.length === 0 ? '' : ` (${texts.join('; ')})`
}
