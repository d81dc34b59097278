import type { Group } from './scenario.ts'

/**
 * Throws a RangeError, which names the group, where downloaders that begin with nothing can never be complete as no way leads to them from a
 * member that has anything: TCP and uTP do not meet, and neither do plaintext alone and encryption alone. Those that begin with a part may
 * complete each other. Says nothing where nobody has anything.
 */
export function requireReach(groups: readonly Group[]): void {
  const there = groups.filter(({ count, role }) => count > 0 && role !== 'liar')
  const reached = new Set(there.filter(({ has = 0, role }) => role === 'seeder' || has > 0))
  if (reached.size === 0) return
  // A set brings also what is added to it meanwhile.
  for (const giver of reached) {
    if (giver.role === 'free_rider') continue
    for (const group of there) if (meet(giver, group)) reached.add(group)
  }
  const lost = there.find((group) => !reached.has(group))
  if (!lost) return
  const { encryption = 'none', name, transport = 'tcp' } = lost
  const isAlone = ![...reached].some((group) => (group.transport ?? 'tcp') === transport)
  const why = isAlone ? `it speaks ${transport} alone` : `with encryption ${encryption} it does not meet all others`
  throw new RangeError(`no way leads to group ${name} from a member that has anything: ${why}`)
}

/** Whether members of two groups can have a connection. */
function meet(one: Group, other: Group): boolean {
  const [first = 'none', second = 'none'] = [one.encryption, other.encryption]
  const isOpen = first === second || first === 'preferred' || second === 'preferred'
  return isOpen && (one.transport ?? 'tcp') === (other.transport ?? 'tcp')
}
