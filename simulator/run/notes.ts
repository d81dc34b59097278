import type { Violation } from './audit.ts'
import type { Group } from './scenario.ts'

/** What was noted of one member, in seconds and bytes. */
export interface MemberNotes {
  readonly number: number
  readonly name: string
  readonly group: Group
  readonly pieces: number
  readonly downloaded: number
  readonly uploaded: number
  /** What it has sent: bytes, those of blocks, and messages by name. */
  readonly wireBytes: number
  readonly payloadBytes: number
  readonly messages: Readonly<Record<string, number>>
  readonly joinedAt: number | undefined
  readonly doneAt: number | undefined
  /** When it last was seen to have given a block. */
  readonly gaveAt: number | undefined
  /** It has left for good, with everything or without. */
  readonly isGone: boolean
  /** The numbers of those that it has banned, where it is honest. */
  readonly bans: readonly number[]
  readonly digest: Uint8Array
}

/** What was noted of some members of a swarm. */
export interface PartNotes {
  readonly members: readonly MemberNotes[]
  /** Bytes that honest members could not use. */
  readonly spoilt: { readonly corrupt: number; readonly wasted: number }
  readonly announces: number
  readonly violations: readonly Violation[]
}
