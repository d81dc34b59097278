import type { RegionStates } from './tap.ts'

/** The version of the format. A reader refuses a later one. */
export const recordVersion = 1

/** The first line of each file of a record. */
export interface Header {
  readonly record: 'peerchart'
  readonly version: number
  /** The same in all files of a record. */
  readonly id: string
  /** Which file it is, from 0. Of those before the last but one nothing is left. */
  readonly segment: number
  /** The program and its version. */
  readonly by: string
  /** When the file was begun, by the wall clock (ISO 8601). */
  readonly time: string
  readonly addresses: 'replaced' | 'kept'
  /** Whether payload is in it. */
  readonly payloads: boolean
}

/** A torrent, a session or a peer is recorded from now on. */
export interface Start {
  readonly started: number
  /** What its clock says; every other `at` counts from the same start. */
  readonly at: number
  /** The seed of its chance; null where the program brought a source of its own. */
  readonly seed: number | null
}

/** One step of a connection's chart. */
export interface StepEntry {
  readonly of: number
  readonly step: number
  readonly at: number
  readonly event: { readonly type: string } & Readonly<Record<string, unknown>>
  /** Absent: nothing. */
  readonly said?: readonly unknown[]
  /** Regions that are in another state than before; absent: none. */
  readonly state?: RegionStates
}

/** A connection's actor has ended. */
export interface End {
  readonly ended: number
  readonly at: number
}

/** A connection that stands as a file begins; its steps up to here are in files before. */
export interface Continuation {
  readonly continues: number
  /** The number of its next step. */
  readonly step: number
  readonly remote: Remote
}

/** Where a connection leads. */
export interface Remote {
  readonly host: string
  readonly port: number
  readonly direction: 'in' | 'out'
}

/** The disk was too slow: nothing is recorded of a connection from a step on, or of so many connections nothing at all. */
export type Missing =
  | { readonly missing: number; readonly from: number }
  | { readonly missing: 'connections'; readonly count: number }

/** A torrent's chart has changed its states. */
export interface TorrentEntry {
  readonly torrent: number
  readonly at: number
  readonly event: string
  readonly state: RegionStates
}

/** A line of a record. */
export type Entry = Header | Start | StepEntry | End | Continuation | Missing | TorrentEntry

/** Whether a line is one of these, with all that is looked at of it; what an event says is looked at as it is revived. */
export function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false
  if ('of' in value) return isStep(value)
  if ('record' in value) return has(value, 'number', 'version', 'segment') && has(value, 'string', 'id', 'by')
  if ('ended' in value) return has(value, 'number', 'ended')
  if ('continues' in value) return has(value, 'number', 'continues', 'step') && isRemote(value.remote)
  if ('missing' in value) return has(value, 'number', value.missing === 'connections' ? 'count' : 'missing')
  return 'started' in value || 'torrent' in value
}

const isStep = (value: Fields): boolean =>
  has(value, 'number', 'of', 'step', 'at') &&
  isObject(value.event) &&
  has(value.event, 'string', 'type') &&
  (value.said === undefined || Array.isArray(value.said)) &&
  (value.state === undefined || isObject(value.state))

const isRemote = (value: unknown): boolean =>
  isObject(value) && has(value, 'string', 'host', 'direction') && has(value, 'number', 'port')

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const has = (value: Fields, type: 'number' | 'string', ...names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === type)
