import { metadataBytesMax } from '../../../transport/wire/extended/metadata-pieces.ts'

/**
 * Every timer of a peer: its length in milliseconds, why, and which other clients do it so. Those of connecting, negotiating, the handshake
 * and closing are delayed events (`timer.connect`, …; see `delayedTimers`) that a state starts on entry and cancels on exit.
 * Keep-alive, inactivity and request run on `timer.tick`, once a second from the transport actor, so that an idle peer owns no
 * timer.
 */
export const delays = {
  /** A dial without an answer, by whichever transports (libtorrent 15 s, anacrolix 20 s). */
  connectMs: 15_000,
  /** From one attempt of a dial to the next, by another transport (RFC 8305, section 5: 250 ms are its recommendation). */
  attemptMs: 250,
  /**
   * A dial of which one transport was refused: for the others, as the host is there. uTP's first packet and a second one, as it has no
   * refusal that reaches us: a dead port is silent (libtorrent's `utp_connect_timeout` 3 s).
   */
  remainingMs: 3_000,
  /**
   * An accepted remote says whether it speaks MSE: its first 20 bytes. With the steps below and the handshake no connection takes
   * longer to open, or to be dropped, than the 30 s transmission gives to all of them.
   */
  detectingMs: 5_000,
  /** The remote's public key, a round trip and its arithmetic. Short, as a redial in plaintext may follow (anacrolix 4 s in all). */
  keyExchangeMs: 5_000,
  /** At most 512 bytes of padding, and another round trip for the side that dials. */
  synchronisingMs: 5_000,
  /** The rest of a step that has begun to come. */
  selectingMs: 5_000,
  /** From the end of the negotiation to the remote's peer id (libtorrent and rain 10 s). */
  handshakeMs: 10_000,
  /** To flush what is queued before the socket is destroyed. */
  closingMs: 5_000,
  /** The period of `timer.tick`. */
  tickMs: 1_000,
  /** We have written nothing for so long: send keep_alive. Some peers drop at 120 s (BEP 3 says generally two minutes). */
  keepAliveMs: 60_000,
  /** The remote has sent no byte for so long: it is gone (libtorrent 120 s; anacrolix 150 s leaves room for its own 120 s). */
  inactivityMs: 150_000,
  /**
   * Our process, or the machine, stood still for so long: remotes may have hung up, and what they sent about it may be lost, as most give
   * up on a peer that is silent for so long (libtorrent 120 s).
   */
  longSleepMs: 120_000,
  /** After a long sleep the remote has sent no byte for so long: it is gone. As long as for a request. */
  awakeSilenceMs: 20_000,
  /**
   * It owes blocks and has sent nothing of one for so long: it is late, and others are asked too. A round trip and a lost packet's
   * second try; a peer that usually takes longer has longer (libtorrent's shortest request timeout is 2 s).
   */
  lateMs: 3_000,
  /** No peer has longer than that before others are asked too, however long it usually takes: half of `requestMs`. */
  lateAtMostMs: 10_000,
  /** It owes blocks and has sent none for so long: the peer is snubbed, its blocks go back (libtorrent, rain 20 s). */
  requestMs: 20_000,
  /**
   * Behind a choke with the Fast extension each request is answered, as a rule by a reject at once (BEP 6): what is not answered for so
   * long goes back. Some round trips; our own, as libtorrent waits for its request timeout.
   */
  chokedAnswerMs: 5_000,
  /** A single request that others have overtaken for so long is lost: it goes back (libtorrent's longest request timeout). */
  lostRequestMs: 60_000,
} as const

/** The timers that are delayed events, `timer.` and their name, and how long each runs. */
export const delayedTimers = {
  connect: delays.connectMs,
  attempt: delays.attemptMs,
  remaining: delays.remainingMs,
  detecting: delays.detectingMs,
  key_exchange: delays.keyExchangeMs,
  synchronising: delays.synchronisingMs,
  selecting: delays.selectingMs,
  handshake: delays.handshakeMs,
  closing: delays.closingMs,
} as const

/** The name of a timer that is a delayed event. */
export type DelayedTimer = keyof typeof delayedTimers

/** Bounds on what a remote can make a peer hold. */
export const limits = {
  /** Requests of the remote we queue; advertised as `reqq` (BEP 10). transmission assumes 500 when a peer is silent. */
  reqq: 500,
  /** Bytes of its requests we have asked the storage for and not sent yet. */
  uploadWindowBytes: 1024 * 1024,
  /**
   * The same where a limit holds uploads back, as a time of the rate; one block at least. What has been read is sent, even if the
   * remote cancels it or is choked then, and as much again may wait for the limit.
   */
  limitedUploadWindowMs: 200,
  /** Bytes written that the remote does not read: rejects and haves pile up there; blocks stop at the high-water mark. */
  writeQueueBytes: 4 * 1024 * 1024,
  /** Payload we have not asked for that a remote without the Fast extension may send; with it, the first such block ends it. */
  wastedBytes: 1024 * 1024,
  /** Requests we have given up but whose piece or reject may still come (BEP 6: exactly one answer). */
  owed: 1_000,
  /** Extensions of the remote that are remembered by name (BEP 10). */
  extensions: 64,
  /** Pieces one side allows the other while choking (bittorrent-protocol holds 100). */
  allowedFast: 100,
  /** How often a remote may ask, while choked, for all the blocks it was allowed so (libtorrent closes at three times). */
  grantedRounds: 3,
  /**
   * Requests refused in a row, no block sent between. libtorrent's `max_rejects` is 50, counted from some seconds after the choke;
   * webtorrent heeds no `reqq`, and may have 3,000 on the wire when we choke it.
   */
  refusedRequests: 5_000,
  /** Pieces suggested on one connection. */
  suggested: 1_000,
  /** Pieces of a torrent whose metadata is still to come (BEP 9): it holds 20 bytes a piece, and longer metadata is not fetched. */
  earlyPieces: Math.floor(metadataBytesMax / 20),
} as const
