import { formatAddress, ipBytes, ipText, isDialable } from '../../address.ts'
import type { Address } from '../../transport.ts'

/** Bytes of the port behind the IP address. */
export const portBytes = 2

/**
 * An address in compact form: the 4 or 16 bytes of its host, then its port as a big-endian u16 (BEP 23, BEP 7). Throws RangeError, in the
 * name of the extension `of`, where it has no place in a message: it must be `isDialable`, and `ipBytes` must know its bytes.
 */
export function compactOf(address: Address, of: string): readonly number[] {
  const ip = isDialable(address) ? ipBytes(address.host) : undefined
  if (!ip) throw new RangeError(`${of}: ${formatAddress(address)} is no IP address and port that can be dialled`)
  return [...ip, address.port >> 8, address.port & 0xff]
}

/** The address of 6 or 18 bytes, its host in its one spelling (see `canonicalHost`). Whether it can be dialled is not checked. */
export function addressIn(compact: Uint8Array): Address {
  const [high, low] = compact.subarray(-portBytes)
  return { host: ipText(compact.subarray(0, -portBytes)), port: ((high as number) << 8) | (low as number) }
}
