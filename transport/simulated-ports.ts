import { formatAddress } from './address.ts'
import { isPortToBind } from './port.ts'
import { systemError } from './system-error.ts'
import type { Address } from './transport.ts'

/** Where the dynamic ports begin (RFC 6335). */
export const firstDynamicPort = 49152

const dynamicPorts = 65536 - firstDynamicPort

/** Goes round the dynamic ports, so that a port is not met again soon. */
export function createDynamicPorts(): () => number {
  let taken = 0
  return () => firstDynamicPort + (taken++ % dynamicPorts)
}

/** What has been bound already. */
export interface BoundPorts {
  readonly dynamicPort: () => number
  isTaken(address: Address): boolean
}

/**
 * The address that a simulated host of this name binds when it is asked for one. Port 0 is a free dynamic port. What Node or the system
 * refuses is returned as an error: a RangeError for what is no port, `EADDRNOTAVAIL` for an address of another host, `EADDRINUSE` for one
 * that is taken.
 */
export function addressToBind(name: string, { host, port }: Address, bound: BoundPorts): Address | Error {
  if (!isPortToBind(port)) return new RangeError(`${port} is not a port`)
  if (host !== name) return systemError('EADDRNOTAVAIL', `${host} is not an address of ${name}`)
  if (port === 0) return freeAddress(host, bound)
  const address = { host, port }
  return bound.isTaken(address) ? systemError('EADDRINUSE', `${formatAddress(address)} is bound already`) : address
}

function freeAddress(host: string, { dynamicPort, isTaken }: BoundPorts): Address | Error {
  for (let tried = 0; tried < dynamicPorts; tried++) {
    const address = { host, port: dynamicPort() }
    if (!isTaken(address)) return address
  }
  return systemError('EADDRINUSE', `all dynamic ports of ${host} are bound already`)
}
