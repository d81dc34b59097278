/** What a `ut_pex` message says of a peer beside its address: the bits of `added.f` (BEP 11). All of it is hearsay. */
export const pexFlags = {
  /** Prefers encrypted connections. */
  prefersEncryption: 0x01,
  /** Is a seed, or downloads nothing (BEP 21). */
  seed: 0x02,
  /** Speaks uTP (BEP 29). */
  utp: 0x04,
  /** Speaks `ut_holepunch` (BEP 55). */
  holepunch: 0x08,
  /** Was dialled by the message's sender, with success. */
  reachable: 0x10,
} as const
