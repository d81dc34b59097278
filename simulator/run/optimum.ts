import type { Group, Scenario } from './scenario.ts'

const unlimited = Number.POSITIVE_INFINITY

/**
 * The least time in which everybody can have everything, in seconds, where all begin at once: what the seeders need to send each byte once,
 * what the slowest line down needs, and what all lines up need together for all copies; the longest of them (Kumar and Ross, Peer-assisted
 * file distribution: the minimum distribution time, 2006). Free riders take and do not give, liars give nothing of use. It counts no
 * message but blocks, and no byte of their frames.
 */
export function optimalSeconds({ torrent: { bytes }, groups }: Scenario): number {
  const seeders = groups.filter(({ role }) => role === 'seeder')
  const downloaders = groups.filter(({ role }) => role === 'leecher' || role === 'free_rider')
  const givers = groups.filter(({ role }) => role === 'seeder' || role === 'leecher')
  const missing = downloaders.reduce((sum, { count, has = 0 }) => sum + count * (1 - has) * bytes, 0)
  if (missing === 0) return 0
  const slowest = Math.min(...downloaders.map(({ down = unlimited }) => down))
  // What some begin with, seeders need not send: then the first term is no bound.
  const isNew = downloaders.every(({ has = 0 }) => has === 0)
  const first = isNew ? bytes / upOf(seeders) : 0
  return Math.max(
    first,
    (bytes * (1 - Math.max(...downloaders.map(({ has = 0 }) => has)))) / slowest,
    missing / upOf(givers),
  )
}

const upOf = (groups: readonly Group[]): number =>
  groups.reduce((sum, { count, up = unlimited }) => sum + count * up, 0)
