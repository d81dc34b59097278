import { isIP, type LookupFunction } from 'node:net'

/** A look-up that answers addresses which were looked at before, at least one: another look-up might answer with others. */
export const pinnedLookup =
  (hosts: readonly string[]): LookupFunction =>
  (_name, { all }, found) => {
    const [first = ''] = hosts
    if (all)
      found(
        null,
        hosts.map((address) => ({ address, family: familyOf(address) })),
      )
    else found(null, first, familyOf(first))
  }

const familyOf = (host: string): 4 | 6 => (isIP(host) === 6 ? 6 : 4)
