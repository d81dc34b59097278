import type { Violation } from './audit.ts'
import type { Member } from './member.ts'
import { optimalSeconds } from './optimum.ts'
import type { MemberResult, Sample, SimulationResult } from './result.ts'
import type { Scenario } from './scenario.ts'

/** What was noted of a run, in seconds and by member. */
export interface Notes {
  readonly scenario: Scenario
  readonly seed: number
  readonly digest: string
  readonly seconds: number
  readonly members: readonly Member[]
  /** Those that have left for good, with everything or without. */
  readonly gone: ReadonlySet<Member>
  readonly joinedAt: ReadonlyMap<Member, number>
  readonly doneAt: ReadonlyMap<Member, number>
  /** Honest members that have banned it. */
  readonly bannedBy: ReadonlyMap<Member, ReadonlySet<Member>>
  /** When it last was seen to have given a block. */
  readonly gaveAt: ReadonlyMap<Member, number>
  readonly spoilt: { readonly corrupt: number; readonly wasted: number }
  readonly announces: number
  readonly violations: readonly Violation[]
  readonly samples: readonly Sample[]
}

/** Works out what came of a run. */
export function report(notes: Notes): SimulationResult {
  const { scenario, seed, digest, seconds, gone, doneAt, announces, violations, samples } = notes
  const members = notes.members.map((member) => resultOf(member, notes))
  const awaited = notes.members
    .filter((member) => member.isDownloader && (doneAt.has(member) || !gone.has(member)))
    .map((member) => resultOf(member, notes))
  const times = awaited.flatMap(({ seconds: own }) => own ?? []).sort((a, b) => a - b)
  const isComplete = times.length === awaited.length
  const leechers = awaited.filter(({ role }) => role === 'leecher')
  const liars = members.filter(({ role }) => role === 'liar')
  const ratios = leechers.map(({ uploaded, downloaded }) => uploaded / Math.max(1, downloaded)).sort((a, b) => a - b)
  const wireBytes = sumOf(notes.members, ({ tally }) => tally.wireBytes)
  const payloadBytes = sumOf(notes.members, ({ tally }) => tally.payloadBytes)
  const median = times[Math.floor((awaited.length - 1) / 2)]
  const slowest = isComplete ? times.at(-1) : undefined
  return {
    scenario: scenario.name,
    seed,
    digest,
    seconds,
    peers: members.length,
    downloaders: awaited.length,
    completed: times.length,
    ...(median !== undefined && { medianSeconds: median }),
    ...(slowest !== undefined && { slowestSeconds: slowest }),
    optimalSeconds: optimalSeconds(scenario),
    liars: liars.length,
    banned: liars.filter(({ bannedBy }) => bannedBy > 0).length,
    starved: notes.members.filter((member) => isStarved(member, notes)).length,
    honestBanned: members.filter(({ role, bannedBy }) => role !== 'liar' && bannedBy > 0).length,
    fairness: jain(leechers.flatMap(({ seconds: own }) => (own === undefined ? [] : 1 / own))),
    shareRatios: [ratios[0] ?? 0, ratios[ratios.length >> 1] ?? 0, ratios.at(-1) ?? 0],
    copiesSent: sumOf(members, ({ role, uploaded }) => (role === 'seeder' ? uploaded : 0)) / scenario.torrent.bytes,
    corruptBytes: notes.spoilt.corrupt,
    wastedBytes: notes.spoilt.wasted,
    wireBytes,
    overhead: payloadBytes === 0 ? 0 : (wireBytes - payloadBytes) / payloadBytes,
    messages: messagesOf(notes.members),
    announces,
    violations,
    members,
    samples,
  }
}

/** Jain's index of fairness (1984): the square of the sum, by the number and the sum of the squares. */
export function jain(values: readonly number[]): number {
  const squares = sumOf(values, (value) => value * value)
  return squares === 0 ? 1 : sumOf(values, (value) => value) ** 2 / (values.length * squares)
}

function resultOf(member: Member, { bannedBy, doneAt, joinedAt }: Notes): MemberResult {
  const done = doneAt.get(member)
  return {
    address: member.name,
    group: member.group.name,
    role: member.group.role,
    pieces: member.disk.has.count,
    ...(done !== undefined && { seconds: done - (joinedAt.get(member) ?? 0) }),
    downloaded: member.downloaded,
    uploaded: member.uploaded,
    bannedBy: bannedBy.get(member)?.size ?? 0,
  }
}

function isStarved(member: Member, { bannedBy, gaveAt, seconds }: Notes): boolean {
  return !member.isHonest && !bannedBy.has(member) && (gaveAt.get(member) ?? 0) <= (seconds * 2) / 3
}

function messagesOf(members: readonly Member[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { tally } of members) {
    for (const [name, count] of Object.entries(tally.messages)) all[name] = (all[name] ?? 0) + count
  }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const sumOf = <One>(all: readonly One[], read: (one: One) => number): number =>
  all.reduce((sum, one) => sum + read(one), 0)
