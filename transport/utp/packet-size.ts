/**
 * Bytes of a datagram at most, by the version of IP: Node sets no don't-fragment bit, so what a path carries cannot be found out by trial.
 * 1,400 leaves 100 of an Ethernet's 1,500 for the headers of tunnels; 1,232 is what every path of IPv6 carries (1,280 less both headers).
 */
export const datagramBytesMax = { 4: 1400, 6: 1232 } as const
