/** What the remote can do beyond BEP 3, as its reserved bits tell. A feature is in use when both sides set its bit. */
export interface Features {
  /** The extension protocol (BEP 10). */
  readonly extended: boolean
  /** The fast extension (BEP 6). */
  readonly fast: boolean
  /** The DHT, and with it the `port` message (BEP 5). */
  readonly dht: boolean
}

/** The name every handshake begins with, after a byte that counts its letters (BEP 3). */
export const protocolString = 'BitTorrent protocol'

/** The length byte and the protocol string: the first 20 bytes of every stream. */
export const protocolHeader: Uint8Array = Uint8Array.of(
  protocolString.length,
  ...new TextEncoder().encode(protocolString),
)

/** Where a handshake's fields begin, in bytes, and how long it is (BEP 3). */
export const handshakeLayout = { reserved: 20, infoHash: 28, peerId: 48, end: 68 } as const

const extendedBit = { byte: 5, mask: 0x10 } as const
const dhtBit = { byte: 7, mask: 0x01 } as const
const fastBit = { byte: 7, mask: 0x04 } as const

/** The features in a handshake's eight reserved bytes. Bits without a meaning here are ignored, as BEP 4's registry grows. */
export function readFeatures(reserved: Uint8Array): Features {
  const has = ({ byte, mask }: { byte: number; mask: number }) => ((reserved[byte] ?? 0) & mask) !== 0
  return { extended: has(extendedBit), fast: has(fastBit), dht: has(dhtBit) }
}

/** The eight reserved bytes that announce `features`, every other bit zero. */
export function featuresToReserved(features: Features): Uint8Array {
  const reserved = new Uint8Array(8)
  if (features.extended) reserved[extendedBit.byte] = extendedBit.mask
  reserved[fastBit.byte] = (features.fast ? fastBit.mask : 0) | (features.dht ? dhtBit.mask : 0)
  return reserved
}

/** What our handshake says. `infoHash` and `peerId` have 20 bytes each. */
export interface Handshake {
  readonly features: Features
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
}

/** The 68 bytes of a handshake (BEP 3). Throws RangeError when the info hash or the peer id has not 20 bytes. */
export function encodeHandshake({ features, infoHash, peerId }: Handshake): Uint8Array {
  requireTwentyBytes('info hash', infoHash)
  requireTwentyBytes('peer id', peerId)
  const bytes = new Uint8Array(handshakeLayout.end)
  bytes.set(protocolHeader)
  bytes.set(featuresToReserved(features), handshakeLayout.reserved)
  bytes.set(infoHash, handshakeLayout.infoHash)
  bytes.set(peerId, handshakeLayout.peerId)
  return bytes
}

function requireTwentyBytes(what: string, bytes: Uint8Array): void {
  if (bytes.length !== 20) throw new RangeError(`The ${what} has ${bytes.length} bytes, not 20`)
}
