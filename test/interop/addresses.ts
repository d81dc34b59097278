import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Below it are ports of daemons that are often there. */
const lowestPort = 10_000

/**
 * A TCP port that is free on `host` now, for programs which cannot pick one themselves and tell it. It is none that the system gives to
 * connections that go out: one of those could have it before the program does.
 */
export async function freePort(host: string): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const port = randomInt(lowestPort, Number.parseInt(range, 10))
  return (await isFree(host, port)) ? port : freePort(host)
}

/** Rejects where no port of `host` can be bound. */
async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer()
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
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
