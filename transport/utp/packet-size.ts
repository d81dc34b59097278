/**
 * Bytes of a datagram at most, by the version of IP. Larger ones are not tried: Node leaves the don't-fragment bit to the system, and where it
 * is not set, one that arrives may have been cut on the way. 1,400 leaves 100 of an Ethernet's 1,500 for the headers of tunnels; 1,232 is what every path of IPv6 carries (1,280 less both headers).
 */
export const datagramBytesMax = { 4: 1400, 6: 1232 } as const

/** What every path carries whole: the 576 bytes of IPv4's least, less the headers of IP and UDP. */
export const smallBytes = 548

/** Probes that are lost, none having arrived, before packets stay small: at a loss of 10 % that is one connection in 100,000. */
const probesMax = 5

/**
 * How large packets are made: small until one of full size has arrived. A packet that has a number cannot be cut anew, so bytes are put into
 * none of a size that some paths drop in silence. What finds out is a small packet that is padded to full size (RFC 8899), and goes
 * without its padding when it is lost.
 */
export class PacketSize {
  readonly #full: number
  #isProven: boolean
  #isProbing = false
  #probesLeft = probesMax

  /** `datagramBytes`: of a full packet. */
  constructor(datagramBytes: number) {
    this.#full = datagramBytes
    this.#isProven = datagramBytes <= smallBytes
  }

  /** Bytes of a datagram at most. */
  get bytes(): number {
    return this.#isProven ? this.#full : Math.min(this.#full, smallBytes)
  }

  /** Bytes that the next packet is to be padded to; undefined: it is to be none. */
  get probeBytes(): number | undefined {
    return this.#isProven || this.#isProbing || this.#probesLeft === 0 ? undefined : this.#full
  }

  /** A probe has left: one at a time. */
  probing(): void {
    this.#isProbing = true
    this.#probesLeft--
  }

  /** It goes once more, without its padding. */
  probeLost(): void {
    this.#isProbing = false
  }

  /** Datagrams have arrived, the largest of so many bytes. */
  arrived(largestBytes: number): void {
    if (largestBytes > smallBytes) this.#isProven = true
  }
}
