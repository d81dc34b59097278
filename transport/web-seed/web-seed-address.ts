import { hostOf, portOf } from '../tracker/tracker-url.ts'
import type { Address } from '../transport.ts'

/** What the connection to a web seed is called as a transport. */
export const webSeedKind = 'web'

/** The address of a web seed, for tables and bans: the host of its URL, which may be a name, and the port. */
export function webSeedAddress(webSeed: string): Address {
  const url = new URL(webSeed)
  return { host: hostOf(url), port: portOf(url) }
}
