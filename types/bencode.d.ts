/** What the tests use of it, as an implementation other than ours. */
declare module 'bencode' {
  /** What `decode` gives when no text encoding is asked for: integers lose precision past 2^53, every string is bytes. */
  export type BencodeValue = number | Uint8Array | BencodeValue[] | { [key: string]: BencodeValue }

  const bencode: {
    /** Nested without bound and lenient about trailing and truncated input: scan first. */
    decode(data: Uint8Array): BencodeValue
    encode(value: unknown): Uint8Array
  }
  export default bencode
}
