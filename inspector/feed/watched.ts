import type { AnyActorRef, AnyStateMachine, Snapshot } from 'xstate'
import { formatAddress } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { ActorRow, Role } from '../protocol/protocol.ts'
import type { Said } from './history.ts'
import { contextOf, leavesOf, stateValueOf } from './states.ts'

/** An actor that is watched. */
export interface Watched {
  readonly id: number
  readonly ref: AnyActorRef
  readonly parent: Watched | undefined
  /** Those it made that are known. */
  readonly children: Set<Watched>
  /** The statechart that it runs, and by what name that is known; undefined for an actor that is none. */
  readonly machine: AnyStateMachine | undefined
  readonly chart: string | undefined
  readonly role: Role
  snapshot: Snapshot<unknown> | undefined
  /** When it was found to have ended, in milliseconds of the inspector. */
  endedAt: number | undefined
  /** How it ended, where no snapshot says so: one that threw or was stopped may have none. */
  endedAs: ActorRow['status'] | undefined
  /** The number of the last event before. */
  endedSeq: number
  /** XState tells of it: an actor of another system is only heard of. */
  isInspected: boolean
  /** How many events it was sent and has not answered with a snapshot. */
  unanswered: number
  /** Those of them that are remembered, the oldest first. */
  readonly unheard: { readonly event: object; readonly said: Said }[]
  /** What it said since its last snapshot. */
  readonly saying: Said[]
  /** What it hears now. */
  current: Said | undefined
  /** What of it the pages were told last. */
  told: string
}

const roles: Readonly<Record<string, Role>> = {
  peer: 'peer',
  torrent: 'torrent',
  peer_group: 'group',
  session: 'session',
  tracker: 'tracker',
  web_seed: 'web seed',
  dht: 'dht',
}

const rolesById: Readonly<Record<string, Role>> = {
  core: 'core',
  storage: 'storage',
  transport: 'transport',
  listener: 'listener',
}

/** What an actor is: by the id of its machine, otherwise by the name its parent gave it. */
export function roleOf(ref: AnyActorRef, machine: string | undefined): Role {
  if (machine !== undefined) return named(roles, machine) ?? 'other'
  const [kind = ''] = ref.id.split(/[.:]/)
  return named(rolesById, kind) ?? (kind.startsWith('extension') ? 'extension' : 'other')
}

const named = (all: Readonly<Record<string, Role>>, name: string): Role | undefined =>
  Object.hasOwn(all, name) ? all[name] : undefined

/** An actor as the page is told of it. */
export function actorRow(watched: Watched): ActorRow {
  const { id, chart, machine, parent, role, snapshot } = watched
  const value = stateValueOf(snapshot)
  return {
    id,
    role,
    name: nameOf(watched),
    parent: parent?.id ?? 0,
    ...(chart !== undefined && { chart }),
    status: watched.endedAs ?? snapshot?.status ?? 'active',
    states: machine && value !== undefined ? leavesOf(machine.id, value) : [],
  }
}

/** What an actor is named after. */
export interface Named extends Pick<Watched, 'ref' | 'role' | 'snapshot'> {
  readonly parent: Pick<Watched, 'snapshot'> | undefined
}

/** By its address, where it has one; otherwise as its parent calls it. */
export function nameOf({ parent, ref, role, snapshot }: Named): string {
  if (role === 'peer') return addressIn(contextOf(snapshot)) ?? ref.id
  if (role === 'transport' && parent) return addressIn(contextOf(parent.snapshot)) ?? ref.id
  if (role === 'torrent') return torrentName(snapshot) ?? 'torrent'
  if (role === 'core' || role === 'storage' || role === 'listener' || role === 'extension') return ref.id
  if (role === 'session') return 'session'
  if (role === 'tracker' || role === 'web seed') return serverName(role, snapshot) ?? ref.id
  return ref.id
}

/** The address of the connection of a peer's context. */
function addressIn(context: unknown): string | undefined {
  const link = fieldOf(context, 'link')
  const address = fieldOf(link, 'address')
  return typeof address === 'object' && address !== null ? formatAddress(address as Address) : undefined
}

function torrentName(snapshot: Snapshot<unknown> | undefined): string | undefined {
  const core = fieldOf(contextOf(snapshot), 'core')
  if (typeof core !== 'object' || core === null || !('getSnapshot' in core)) return undefined
  const seen = (core as AnyActorRef).getSnapshot() as Snapshot<unknown> | undefined
  const infoHash = fieldOf(contextOf(seen), 'infoHash')
  return typeof infoHash === 'string' ? `torrent ${infoHash.slice(0, 8)}${portIn(snapshot)}` : undefined
}

/** Where a torrent listens, by which its peers know it: several of a program may have one info hash. */
function portIn(snapshot: Snapshot<unknown> | undefined): string {
  const listening = fieldOf(contextOf(snapshot), 'listening')
  const port = fieldOf(fieldOf(Array.isArray(listening) ? listening[0] : undefined, 'address'), 'port')
  return typeof port === 'number' ? ` :${port}` : ''
}

/** By its host alone: the rest of its address may hold a key of its user's. */
function serverName(role: Role, snapshot: Snapshot<unknown> | undefined): string | undefined {
  const url = fieldOf(contextOf(snapshot), 'url')
  return typeof url === 'string' && URL.canParse(url) ? `${role} ${new URL(url).host}` : undefined
}

function fieldOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined
}
