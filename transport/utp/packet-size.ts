/**
 * Bytes of a datagram at most, by the version of IP: Node sets no don't-fragment bit, so what a path carries cannot be found out by trial.
 * 1,400 leaves 100 of an Ethernet's 1,500 for the headers of tunnels; 1,232 is what every path of IPv6 carries (1,280 less both headers).
 */
export const datagramBytesMax = { 4: 1400, 6: 1232 } as const

/** What every path carries whole: the 576 bytes of IPv4's least, less the headers of IP and UDP. */
const smallBytes = 548

/** Full packets that are lost, none having arrived in between, before small ones are tried. */
const lossesMax = 5

/**
 * How large packets are made: full, unless those alone do not arrive. When five full ones were lost and none came through meanwhile, small
 * ones are tried; when one of them arrives before any full one does, it stays at that. Packets that were numbered stay as large as they are.
 */
export class PacketSize {
  readonly #full: number
  #standing: 'full' | 'trying' | 'small' = 'full'
  #losses = 0

  /** `datagramBytes`: of a full packet. */
  constructor(datagramBytes: number) {
    this.#full = datagramBytes
  }

  /** Bytes of a datagram at most. */
  get bytes(): number {
    return this.#standing === 'full' ? this.#full : Math.min(this.#full, smallBytes)
  }

  /** A datagram of so many bytes is lost. */
  lost(bytes: number): void {
    if (bytes <= smallBytes || this.#standing !== 'full') return
    this.#losses++
    if (this.#losses === lossesMax) this.#standing = 'trying'
  }

  /** Datagrams have arrived, the largest of so many bytes. */
  arrived(largestBytes: number): void {
    if (largestBytes > smallBytes) {
      this.#losses = 0
      if (this.#standing === 'trying') this.#standing = 'full'
    } else if (this.#standing === 'trying') {
      this.#standing = 'small'
    }
  }
}
