import { type Violation, violationsMax } from './audit.ts'
import { digestOf } from './digest.ts'
import type { MemberNotes, PartNotes } from './notes.ts'
import { optimalSeconds } from './optimum.ts'
import type { MemberResult, Sample, SimulationResult } from './result.ts'
import { isDownloader, isHonest } from './roster.ts'
import type { Scenario } from './scenario.ts'
import { sumOf } from './sum-of.ts'

/** What was noted of a run: of all its members, by part. */
export interface Notes {
  readonly scenario: Scenario
  readonly seed: number
  readonly seconds: number
  readonly parts: readonly PartNotes[]
  readonly samples: readonly Sample[]
}

/** Works out what came of a run. */
export function report({ scenario, seed, seconds, parts, samples }: Notes): SimulationResult {
  const noted = parts.flatMap(({ members }) => members).sort((one, other) => one.number - other.number)
  const bannedBy = bannersOf(noted)
  const resultOf = (member: MemberNotes) => memberResult(member, bannedBy.get(member.number) ?? 0)
  const members = noted.map(resultOf)
  const awaited = noted
    .filter(({ doneAt, group, isGone }) => isDownloader(group) && (doneAt !== undefined || !isGone))
    .map(resultOf)
  const times = awaited.flatMap(({ seconds: own }) => own ?? []).sort((a, b) => a - b)
  const isComplete = times.length === awaited.length
  const leechers = awaited.filter(({ role }) => role === 'leecher')
  const liars = members.filter(({ role }) => role === 'liar')
  const ratios = leechers.map(({ uploaded, downloaded }) => uploaded / Math.max(1, downloaded)).sort((a, b) => a - b)
  const wireBytes = sumOf(noted, (member) => member.wireBytes)
  const payloadBytes = sumOf(noted, (member) => member.payloadBytes)
  const median = times[Math.floor((awaited.length - 1) / 2)]
  const slowest = isComplete ? times.at(-1) : undefined
  const isStarved = ({ gaveAt = 0, group, number }: MemberNotes) =>
    !isHonest(group) && !bannedBy.has(number) && gaveAt <= (seconds * 2) / 3
  return {
    scenario: scenario.name,
    seed,
    digest: digestOf(noted.map(({ digest }) => digest)),
    seconds,
    peers: members.length,
    downloaders: awaited.length,
    completed: times.length,
    ...(median !== undefined && { medianSeconds: median }),
    ...(slowest !== undefined && { slowestSeconds: slowest }),
    optimalSeconds: optimalSeconds(scenario),
    liars: liars.length,
    banned: liars.filter((liar) => liar.bannedBy > 0).length,
    starved: noted.filter(isStarved).length,
    honestBanned: members.filter((member) => member.role !== 'liar' && member.bannedBy > 0).length,
    fairness: jain(leechers.flatMap(({ seconds: own }) => (own === undefined ? [] : 1 / own))),
    shareRatios: [ratios[0] ?? 0, ratios[ratios.length >> 1] ?? 0, ratios.at(-1) ?? 0],
    copiesSent: sumOf(members, ({ role, uploaded }) => (role === 'seeder' ? uploaded : 0)) / scenario.torrent.bytes,
    corruptBytes: sumOf(parts, ({ spoilt }) => spoilt.corrupt),
    wastedBytes: sumOf(parts, ({ spoilt }) => spoilt.wasted),
    wireBytes,
    overhead: payloadBytes === 0 ? 0 : (wireBytes - payloadBytes) / payloadBytes,
    messages: messagesOf(noted),
    announces: sumOf(parts, ({ announces }) => announces),
    violations: parts
      .flatMap(({ violations }) => violations)
      .sort(inOrder)
      .slice(0, violationsMax),
    members,
    samples,
  }
}

/** By time, then by member and by what it was. */
function inOrder(one: Violation, other: Violation): number {
  const [a, b] = [one, other].map(({ detail, member, rule }) => `${member} ${rule} ${detail}`)
  return one.at - other.at || (a !== undefined && b !== undefined && a < b ? -1 : 1)
}

/** By member that was banned, how many have banned it. */
function bannersOf(members: readonly MemberNotes[]): ReadonlyMap<number, number> {
  const count = new Map<number, number>()
  for (const banned of members.flatMap(({ bans }) => bans)) count.set(banned, (count.get(banned) ?? 0) + 1)
  return count
}

/** Jain's index of fairness (1984): the square of the sum, by the number and the sum of the squares. */
export function jain(values: readonly number[]): number {
  const squares = sumOf(values, (value) => value * value)
  return squares === 0 ? 1 : sumOf(values, (value) => value) ** 2 / (values.length * squares)
}

function memberResult(member: MemberNotes, bannedBy: number): MemberResult {
  const { doneAt, downloaded, group, joinedAt = 0, name, pieces, uploaded } = member
  return {
    address: name,
    group: group.name,
    role: group.role,
    pieces,
    ...(doneAt !== undefined && { seconds: doneAt - joinedAt }),
    downloaded,
    uploaded,
    bannedBy,
  }
}

function messagesOf(members: readonly MemberNotes[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { messages } of members) {
    for (const [name, count] of Object.entries(messages)) all[name] = (all[name] ?? 0) + count
  }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
}
