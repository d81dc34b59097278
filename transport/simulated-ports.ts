import { systemError } from './system-error.ts'
import type { Address } from './transport.ts'

/** Where the dynamic ports begin (RFC 6335). */
export const firstDynamicPort = 49152

/** Goes round the dynamic ports, so that a port is not met again soon. */
export function createDynamicPorts(): () => number {
  let next = firstDynamicPort
  return () => {
    const port = next
    next = port === 65535 ? firstDynamicPort : port + 1
    return port
  }
}

/**
 * The address that a simulated host of this name binds when it is asked for one; port 0 is a dynamic one. What a system refuses is an
 * error: a RangeError for what is no port, `EADDRNOTAVAIL` for an address of another host.
 */
export function addressToBind(name: string, { host, port }: Address, dynamicPort: () => number): Address | Error {
  if (!Number.isInteger(port) || port < 0 || port > 65535) return new RangeError(`${port} is not a port`)
  if (host !== name) return systemError('EADDRNOTAVAIL', `${host} is not an address of ${name}`)
  return { host, port: port === 0 ? dynamicPort() : port }
}
