/** Every time of a connection to a web seed, in milliseconds. */
export const webSeedDelays = {
  /** Something was asked, and no byte has come for so long: the server is silent (libtorrent's `urlseed_timeout`). Connecting counts. */
  silentMs: 20_000,
  /** For so long nothing was to be told: a keep-alive (BEP 3), so that the peer does not take it for gone. As `delays.keepAliveMs`. */
  keepAliveMs: 60_000,
} as const

/** Requests over HTTP that one web seed is asked at once, each by a connection of its own (RFC 2616, section 8.1.4: not more than two). */
export const lanesMax = 2
