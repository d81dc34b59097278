import { isPortToBind } from '../../../transport/port.ts'
import type { Address } from '../../../transport/transport.ts'
import { type Evidence, isEvidence } from '../../peer/vocabulary/evidence.ts'

/** A peer that is banned, and why. */
export interface BlacklistEntry {
  /** What is kept out (`remoteKey`). */
  readonly key: string
  /** Where it was. */
  readonly address: Address
  /** 40 hex digits, on loopback alone, where it is kept out by that too; else empty. */
  readonly peerId: string
  /** A short text for people; empty when none was given. */
  readonly reason: string
  /** What the ban rests on, oldest first. */
  readonly evidence: readonly Evidence[]
  /** When, in milliseconds of the clock of the torrent that banned it. */
  readonly at: number
}

/** A blacklist as JSON. */
export interface BlacklistJson {
  readonly version: 1
  readonly banned: readonly Omit<BlacklistEntry, 'key'>[]
}

/** Reads what `Blacklist.toJSON` wrote. Throws an Error that says which entry is wrong, and how. */
export function readBlacklist(json: unknown): BlacklistJson['banned'] {
  const { version, banned } = isRecord(json) ? json : {}
  if (version !== 1 || !Array.isArray(banned)) {
    throw new Error('this is no blacklist of version 1: expected { "version": 1, "banned": [ … ] }')
  }
  return banned.map((entry: unknown, i) => {
    const problem = problemOf(entry)
    if (problem) throw new Error(`entry ${i} of the blacklist: ${problem}`)
    const { address, peerId, reason, evidence, at } = entry as BlacklistEntry
    return { address: { host: address.host, port: address.port }, peerId, reason, evidence, at }
  })
}

/** What is wrong with an address that is to be banned; undefined if nothing is. */
export function problemOfAddress(address: unknown): string | undefined {
  if (!isRecord(address)) return 'the address is no object'
  const { host, port } = address
  if (typeof host !== 'string' || host === '' || host.length > 255) return 'the host is no text of 1 to 255 characters'
  return isPortToBind(port) ? undefined : 'the port is not a number from 0 to 65535'
}

function problemOf(entry: unknown): string | undefined {
  if (!isRecord(entry)) return 'it is no object'
  const { address, peerId, reason, evidence, at } = entry
  if (typeof peerId !== 'string' || !/^([0-9a-f]{40})?$/.test(peerId))
    return 'the peer id is not 40 hex digits, nor empty'
  if (typeof reason !== 'string') return 'the reason is no text'
  if (!Number.isFinite(at)) return 'the time is no number'
  if (!Array.isArray(evidence) || !evidence.every(isEvidence)) return 'the evidence is no list of evidence'
  return problemOfAddress(address)
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
