import { sliceBytes } from '../../storage/sha1.ts'
import { requireObject, requireText } from '../../transport/require.ts'
import type { Group, Scenario, ScenarioEvent } from './scenario.ts'

/** Members at most: each has a network of 10.0.0.0/8 to itself, in which there are 65,536 of 256 addresses (RFC 1918). */
export const membersMax = 60_000

/** Of the torrent of a scenario, at most: all of it is in memory, once. Our own number, 4 GiB. */
const bytesMax = 4 * 1024 ** 3

/**
 * Throws a TypeError or a RangeError, which names what is wrong, for what is no scenario. A piece is at most what is hashed in one go: a larger
 * one would be done later by as many turns of the event loop as others need meanwhile.
 */
export function requireScenario(scenario: Scenario): void {
  requireObject('a scenario', scenario)
  requireText('the name of a scenario', scenario.name)
  const { torrent, groups, events = [], maxSeconds = 1 } = scenario
  requireWhole('torrent.bytes', torrent.bytes, 1)
  if (torrent.bytes > bytesMax) throw new RangeError(`torrent.bytes is at most ${bytesMax}, not ${torrent.bytes}`)
  requireWhole('torrent.pieceBytes', torrent.pieceBytes, 16 * 1024)
  if (torrent.pieceBytes > sliceBytes) {
    throw new RangeError(`torrent.pieceBytes is at most ${sliceBytes}, not ${torrent.pieceBytes}`)
  }
  requireRange('maxSeconds', maxSeconds, 0)
  for (const group of groups) requireGroup(group)
  const names = new Set(groups.map(({ name }) => name))
  if (names.size < groups.length) throw new RangeError('two groups of a scenario have one name')
  const members = groups.reduce((sum, { count }) => sum + count, 0)
  if (members > membersMax) throw new RangeError(`a scenario has at most ${membersMax} members, not ${members}`)
  for (const event of events) requireEvent(event, names)
}

/** Throws a RangeError for what is no seed. */
export function requireSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`)
}

const roles: readonly string[] = ['seeder', 'leecher', 'free_rider', 'liar'] satisfies readonly Group['role'][]

const transports: readonly string[] = ['tcp', 'utp'] satisfies readonly Group['transport'][]
const encryptions: readonly string[] = ['none', 'preferred', 'required'] satisfies readonly Group['encryption'][]

function requireGroup(group: Group): void {
  const of = `group ${group.name}`
  requireText('the name of a group', group.name)
  if (!roles.includes(group.role)) throw new RangeError(`${of} has no role: ${group.role}`)
  requireWhole(`count of ${of}`, group.count, 0)
  for (const name of ['up', 'down'] as const) {
    const rate = group[name]
    if (rate !== undefined && !(rate > 0)) throw new RangeError(`${name} of ${of} is above 0, not ${rate}`)
  }
  const { lies = 1, transport = 'tcp', encryption = 'none' } = group
  if (!(lies > 0 && lies <= 1)) throw new RangeError(`lies of ${of} is above 0, at most 1, not ${lies}`)
  if (!transports.includes(transport)) throw new RangeError(`${of} has no transport: ${transport}`)
  if (!encryptions.includes(encryption)) throw new RangeError(`${of} has no encryption: ${encryption}`)
  for (const name of ['slots', 'maxPeers'] as const) requireWhole(`${name} of ${of}`, group[name] ?? 1, 1)
  for (const name of ['has', 'lossRate'] as const) requireRange(`${name} of ${of}`, group[name] ?? 0, 0, 1)
  const { latencyMs = 0, joins, staysSeconds = 0, jitterMs = 0, churn } = group
  for (const ms of typeof latencyMs === 'number' ? [latencyMs] : latencyMs) requireRange(`latencyMs of ${of}`, ms, 0)
  requireRange(`jitterMs of ${of}`, jitterMs, 0)
  requireRange(`staysSeconds of ${of}`, staysSeconds, 0)
  for (const seconds of [joins?.at ?? 0, joins?.over ?? 0]) requireRange(`joins of ${of}`, seconds, 0)
  for (const seconds of [churn?.staysSeconds ?? 1, churn?.awaySeconds ?? 1]) requireRange(`churn of ${of}`, seconds, 0)
}

function requireEvent(event: ScenarioEvent, groups: ReadonlySet<string>): void {
  requireRange(`the time of ${event.what}`, event.at, 0)
  if (event.what === 'heal') return
  requireRange(`the part of ${event.what}`, event.part, 0, 1)
  if (event.group !== undefined && !groups.has(event.group)) {
    throw new RangeError(`${event.what} is to happen to the group ${event.group}, which is not there`)
  }
}

function requireWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} is a whole number from ${least}, not ${value}`)
  }
}

function requireRange(name: string, value: number, least: number, most = Number.MAX_VALUE): void {
  if (value >= least && value <= most) return
  throw new RangeError(
    `${name} is a number from ${least}${most === Number.MAX_VALUE ? '' : ` to ${most}`}, not ${value}`,
  )
}
