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

/** Whether a line is one of these. What it says is looked at where it is used. */
export function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  if ('of' in value) return isNumber(value.of) && 'step' in value && isNumber(value.step) && hasEvent(value)
  return ['record', 'started', 'ended', 'continues', 'missing', 'torrent'].some((key) => key in value)
}

const isNumber = (value: unknown): value is number => typeof value === 'number'

const hasEvent = (value: object): boolean =>
  'at' in value &&
  isNumber(value.at) &&
  'event' in value &&
  typeof value.event === 'object' &&
  value.event !== null &&
  'type' in value.event &&
  typeof value.event.type === 'string'
