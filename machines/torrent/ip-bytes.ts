import { canonicalHost } from '../../transport/address.ts'

/**
 * The 4 or 16 bytes of an IP address, in network order; undefined for a host name. An IPv4 address mapped into IPv6 has 4, and
 * the zone of a link-local address, which means something on this machine alone, is left out.
 */
export function ipBytes(host: string): Uint8Array | undefined {
  const [address = ''] = canonicalHost(host).split('%')
  if (!address.includes(':')) return ipv4Bytes(address)
  const [front = '', back] = address.split('::')
  const head = groupsOf(front)
  const tail = groupsOf(back ?? '')
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

function ipv4Bytes(address: string): Uint8Array | undefined {
  const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  return numbers?.every((number) => number <= 255) ? Uint8Array.from(numbers) : undefined
}

/** The bytes of `20:db8:1`; the last group may be an IPv4 address (RFC 4291). */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    const embedded = ipv4Bytes(group)
    if (embedded) return [...embedded]
    const value = Number.parseInt(group, 16)
    return [value >>> 8, value & 0xff]
  })
}
