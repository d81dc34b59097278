import type { Scenario } from '../run/scenario.ts'

/** How large a scenario of the library is to be. */
export interface ScenarioSize {
  /** Members in all, 4 at least. Default 30. */
  readonly peers?: number
  /** Of the torrent. Default 8 MiB. */
  readonly bytes?: number
  /** The part of the members that are liars instead of leechers, 0 to below 1. Default: as the scenario has it. */
  readonly liars?: number
}

/**
 * Connections of a member: two for each peer that is unchoked. What a connection costs, a simulation pays for each of them, and a swarm
 * whose members have eight others each is as well joined as one with more: no cut of a few members parts it.
 */
const maxPeers = 8

/**
 * The lines of a home in all scenarios, in bytes a second: up is a fourth of down. A round trip between two is 80 to 160 ms. The parts of a simulation
 * wait for each other the less often, the longer the shortest way is (access.ts).
 */
export const home = { up: 1_000_000, down: 4_000_000, latencyMs: [20, 40], maxPeers } as const

/** The line of the first seeder: as much up as four homes. */
export const server = { up: 4_000_000, down: 4_000_000, latencyMs: 20, maxPeers } as const

const mib = 1024 * 1024

/** So that a torrent has at most 64 pieces: 64 KiB to 1 MiB. Each piece is announced by each member to each of its peers. */
export function torrentOf(bytes: number): Scenario['torrent'] {
  let pieceBytes = 64 * 1024
  while (pieceBytes < mib && bytes / pieceBytes > 64) pieceBytes *= 2
  return { bytes, pieceBytes }
}

/** A size with all that was left out. */
export function sizeOf({ peers = 30, bytes = 8 * mib, liars }: ScenarioSize, liarsDefault = 0) {
  if (!Number.isSafeInteger(peers) || peers < 4) throw new RangeError(`a scenario has at least 4 members, not ${peers}`)
  const part = liars ?? liarsDefault
  if (!(part >= 0 && part < 1)) throw new RangeError(`the part of liars is from 0 to below 1, not ${part}`)
  const liarCount = Math.min(Math.round(part * peers), peers - 2)
  return { torrent: torrentOf(bytes), liarCount, others: peers - 1 - liarCount }
}
