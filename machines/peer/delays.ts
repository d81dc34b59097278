/**
 * Every timer of a peer: its length in milliseconds, why, and who else does it so. Connect, handshake and closing are delayed
 * events (`timer.connect`, …) that a state starts on entry and cancels on exit. Keep-alive, inactivity and request run on
 * `timer.tick`, once a second from the transport actor, so that an idle peer owns no timer.
 */
export const delays = {
  /** A TCP dial that no one answers (libtorrent 15 s, anacrolix 20 s). */
  connectMs: 15_000,
  /** From the open socket to the remote's peer id (libtorrent and rain 10 s). */
  handshakeMs: 10_000,
  /** To flush the last words before the socket is destroyed. */
  closingMs: 5_000,
  /** The period of `timer.tick`. */
  tickMs: 1_000,
  /** We have written nothing for so long: send keep_alive. Some peers drop at 120 s (BEP 3 says generally two minutes). */
  keepAliveMs: 60_000,
  /** The remote has sent no byte for so long: it is gone (libtorrent 120 s; anacrolix 150 s leaves room for its own 120 s). */
  inactivityMs: 150_000,
  /** It owes blocks and has sent none for so long: the peer is snubbed, its blocks go back (libtorrent, rain 20 s). */
  requestMs: 20_000,
  /** A single request that others have overtaken for so long is lost: it goes back (libtorrent's longest request timeout). */
  lostRequestMs: 60_000,
} as const

/** Bounds on what a remote can make a peer hold. */
export const limits = {
  /** Requests of the remote we queue; advertised as `reqq` (BEP 10). transmission assumes 500 when a peer is silent. */
  reqq: 500,
  /** Bytes of its requests we have asked the storage for and not sent yet. */
  uploadWindowBytes: 1024 * 1024,
  /** Bytes written that the remote does not read: rejects and haves pile up there; blocks stop at the high-water mark. */
  writeQueueBytes: 4 * 1024 * 1024,
  /** Payload nobody asked for that a remote without the Fast extension may send; with it, the first such block ends it. */
  wastedBytes: 1024 * 1024,
  /** Requests we have given up but whose piece or reject may still come (BEP 6: exactly one answer). */
  owed: 1_000,
  /** Extensions of the remote that are remembered by name (BEP 10). */
  extensions: 64,
  /** Pieces the remote allows us while choking (bittorrent-protocol holds 100). */
  allowedFast: 100,
} as const
