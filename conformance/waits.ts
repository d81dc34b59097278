/** How long each thing is waited for, in milliseconds: no wait of the suite is without one of these. */
export const waits = {
  /** For a connection, and behind it for a handshake: aria2 1.36 accepts at most three at a time, some of these a second apart. */
  open: 12_000,
  /** For a connection to a client that is there to stand. */
  standing: 300,
  /** Between two attempts to connect, where the first is refused. */
  again: 1_000,
  /** For the answer to a message that has to be answered: Transmission 3.00 gathers rejects for 10 s before it sends them. */
  answer: 12_000,
  /** For a connection to be closed that has to be. */
  close: 12_000,
  /** In which nothing that is not allowed may come. */
  quiet: 1_000,
  /** Between two portions of what is cut on purpose: each is a read of its own to the client. */
  portion: 15,
  /** For an unchoke: libtorrent and Transmission decide every 10 to 15 s, and the slots may be taken by other cases. */
  unchoke: 45_000,
  /** For a piece to be hashed, written and announced. */
  piece: 15_000,
  /** For a client that has fetched all to look at it: rtorrent 0.9.8 takes no connection meanwhile. */
  settle: 4_000,
  /** For a case, whatever it waits for. */
  case: 120_000,
  /** For the suite; what was not begun by then is not. */
  suite: 1_200_000,
} as const
