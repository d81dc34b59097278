/** What the tests use of bittorrent-protocol 5, which has no types of its own. */
declare module 'bittorrent-protocol' {
  interface Extensions {
    readonly extended?: boolean
    readonly fast?: boolean
    readonly dht?: boolean
  }

  type Respond = (error: Error | null, data?: Uint8Array) => void

  interface WireEvents {
    /** Bytes for the remote. */
    data: [bytes: Uint8Array]
    handshake: [infoHash: string, peerId: string, extensions: Extensions]
    'keep-alive': []
    unchoke: []
    interested: []
    request: [index: number, begin: number, length: number, respond: Respond]
    /** The remote negotiates about the torrent of this hash (`req2` of MSE): `setInfoHash` names it. */
    'crypto-infohash': [req2: string]
    /** Both sides have agreed. */
    'crypto-handshake': []
    finish: []
  }

  /** One connection: a duplex stream of the wire's bytes, and an emitter of its messages. */
  export default class Wire {
    readonly peerId: string | null
    readonly amChoking: boolean
    readonly amInterested: boolean
    readonly peerChoking: boolean
    readonly peerInterested: boolean
    readonly hasFast: boolean
    readonly peerPieces: { get(index: number): boolean }
    readonly requests: readonly unknown[]
    readonly peerRequests: readonly unknown[]
    /** Pieces the remote allows fast. */
    readonly peerAllowedFastSet: readonly number[]
    readonly peerExtendedHandshake: Readonly<Record<string, unknown>>
    /** Sent with the extended handshake, beside the extensions in use. */
    extendedHandshake: Record<string, unknown>
    /** `level`: of MSE. 0, the default, is without; 1 offers and takes both methods, plaintext first; 2 RC4 alone. */
    constructor(type?: string, level?: 0 | 1 | 2)
    on<Name extends keyof WireEvents>(name: Name, listener: (...values: WireEvents[Name]) => void): this
    once<Name extends keyof WireEvents>(name: Name, listener: (...values: WireEvents[Name]) => void): this
    /** Bytes of the remote. */
    write(bytes: Uint8Array): boolean
    setInfoHash(infoHash: string): void
    /** Negotiates as the side that dials. */
    startEncryption(infoHash: string): void
    handshake(infoHash: Uint8Array | string, peerId: Uint8Array | string, extensions?: Extensions): void
    keepAlive(): void
    choke(): void
    unchoke(): void
    interested(): void
    uninterested(): void
    have(index: number): void
    bitfield(bits: Uint8Array): void
    request(
      index: number,
      begin: number,
      length: number,
      callback: (error: Error | null, data: Uint8Array | null) => void,
    ): void
    cancel(index: number, begin: number, length: number): void
    port(port: number): void
    suggest(index: number): void
    haveAll(): void
    haveNone(): void
    allowedFast(index: number): void
    destroy(): void
  }
}
