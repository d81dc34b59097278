import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'

/** A TCP port that is free on `host` now, for programs which cannot pick one themselves and tell it. */
export async function freePort(host: string): Promise<number> {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error(`no port on ${host}`)
  return address.port
}

/**
 * An IPv4 address of this machine outside 127.0.0.0/8. Transmission takes loopback addresses that a tracker names for
 * nonsense ("martian") and never dials them. Throws when the machine has loopback alone.
 */
export function ownAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal)
    if (found !== undefined) return found.address
  }
  throw new Error('this machine has no IPv4 address but loopback, which Transmission refuses to dial')
}
