import { sliceBytes } from '../../storage/sha1.ts'
import { isObject, requireBoolean, requireObject, requireText } from '../../transport/require.ts'
import { requireReach } from './reach.ts'
import { isDownloader } from './roster.ts'
import type { Group, Scenario, ScenarioEvent } from './scenario.ts'
import { above0, type Check, list, number, oneOf, optional, requireShape, type Shape, shaped, whole } from './shape.ts'

/** Members at most: each has a network of 10.0.0.0/8 to itself, in which there are 65,536 of 256 addresses (RFC 1918). */
export const membersMax = 60_000

/** Of the torrent of a scenario, at most: all of it is in memory, once. Our own number, 4 GiB. */
const bytesMax = 4 * 1024 ** 3

const scenarioShape: Shape<Scenario> = {
  name: requireText,
  description: requireText,
  torrent: requireObject,
  groups: list,
  events: optional(list),
  maxSeconds: optional(number(0)),
}

/** A piece is at most what is hashed in one go: a larger one would be done later by as many turns of the event loop as others need meanwhile. */
const torrentShape: Shape<Scenario['torrent']> = { bytes: whole(1, bytesMax), pieceBytes: whole(16 * 1024, sliceBytes) }

/** One number, or two of which the first is no more than the second. */
const latency: Check = (name, value) => {
  if (!Array.isArray(value)) return number(0)(name, value)
  if (value.length !== 2) throw new RangeError(`${name} is one number or two, not ${value.length}`)
  for (const one of value) number(0)(name, one)
  if (value[0] > value[1]) throw new RangeError(`${name} is from the least to the most, not from ${value.join(' to ')}`)
}

const groupShape: Shape<Group> = {
  name: requireText,
  count: whole(0),
  role: oneOf('seeder', 'leecher', 'free_rider', 'liar'),
  up: optional(above0()),
  down: optional(above0()),
  latencyMs: optional(latency),
  joins: optional(shaped<Required<Group>['joins']>({ at: number(0), over: number(0) })),
  staysSeconds: optional(number(0)),
  churn: optional(shaped<Required<Group>['churn']>({ staysSeconds: number(0), awaySeconds: number(0) })),
  has: optional(number(0, 1)),
  lies: optional(above0(1)),
  transport: optional(oneOf('tcp', 'utp')),
  lossRate: optional(number(0, 1)),
  jitterMs: optional(number(0)),
  encryption: optional(oneOf('none', 'preferred', 'required')),
  superSeed: optional(requireBoolean),
  slots: optional(whole(1)),
  maxPeers: optional(whole(1)),
}

/** What does nothing in most groups: which have it, and in words. */
const isOf: { readonly [Key in keyof Group]?: readonly [holds: (group: Group) => boolean, those: string] } = {
  staysSeconds: [isDownloader, 'members that want the torrent'],
  has: [isDownloader, 'members that want the torrent'],
  lies: [({ role }) => role === 'liar', 'liars'],
  superSeed: [({ role }) => role === 'seeder', 'seeders'],
  lossRate: [({ transport }) => transport === 'utp', 'the transport utp'],
  jitterMs: [({ transport }) => transport === 'utp', 'the transport utp'],
}

const some = { at: number(0), what: requireText, group: optional(requireText), part: number(0, 1) }

type EventOf<What> = Extract<ScenarioEvent, { readonly what: What }>

const eventShapes: { readonly [What in ScenarioEvent['what']]: Shape<EventOf<What>> } = {
  part: some,
  heal: { at: some.at, what: some.what },
  crash: { ...some, backAfter: optional(number(0)) },
  reset: some,
  leave: some,
}

/** Throws a TypeError or a RangeError, which names what is wrong, for what is no scenario: also for what it has and would do nothing. */
export function requireScenario(scenario: unknown): asserts scenario is Scenario {
  requireShape<Scenario>('a scenario', scenario, scenarioShape)
  const { groups, events = [], torrent } = scenario
  requireShape<Scenario['torrent']>('the torrent', torrent, torrentShape)
  for (const group of groups) requireGroup(group)
  const names = new Set(groups.map(({ name }) => name))
  if (names.size < groups.length) throw new RangeError('two groups of a scenario have one name')
  const members = groups.reduce((sum, { count }) => sum + count, 0)
  if (members > membersMax) throw new RangeError(`a scenario has at most ${membersMax} members, not ${members}`)
  for (const event of events) requireEvent(event, names)
  requireReach(groups)
}

/** Throws a RangeError for what is no seed. */
export function requireSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`)
}

function requireGroup(group: Group): void {
  const of = isObject(group) && typeof group.name === 'string' ? `group ${group.name}` : 'a group'
  requireShape(of, group, groupShape)
  for (const [key, [holds, those]] of Object.entries(isOf)) {
    if (Reflect.get(group, key) === undefined || holds(group)) continue
    throw new RangeError(`${key} of ${of} does nothing: it is for ${those}`)
  }
}

function requireEvent(event: ScenarioEvent, groups: ReadonlySet<string>): void {
  requireObject('an event of a scenario', event)
  oneOf(...Object.keys(eventShapes))('what of an event', event.what)
  requireShape<ScenarioEvent>(`the event ${event.what}`, event, eventShapes[event.what])
  if (event.what === 'heal' || event.group === undefined || groups.has(event.group)) return
  throw new RangeError(`${event.what} is to happen to the group ${event.group}, which is not there`)
}
