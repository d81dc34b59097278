/** Every time of a connection to a web seed, in milliseconds. */
export const webSeedDelays = {
  /** Something was asked, and no byte has come for so long: the server is silent (libtorrent's `urlseed_timeout`). Connecting counts. */
  silentMs: 20_000,
  /**
   * `dripBytes` that were asked for have not come in so long: the server drips, 273 bytes a second, and keeps the place of others. Its blocks
   * have gone back long before, as those of any peer (`requestMs`). Our own number, as libtorrent and anacrolix time single bytes alone.
   */
  dripMs: 60_000,
  /** For so long nothing was to be told: a keep-alive (BEP 3), so that the peer does not take it for gone. As `delays.keepAliveMs`. */
  keepAliveMs: 60_000,
} as const

/** As many as a block. */
export const dripBytes = 16_384

/** Requests over HTTP that one web seed is asked at once, each by a connection of its own (RFC 2616, section 8.1.4: not more than two). */
export const lanesMax = 2
