/** The most peers taken as added from one message, and the most as dropped. BEP 11 says 50; libtorrent sends 100. */
export const pexEntriesMax = 100

/** The most peers added in one message we send, and the most dropped (BEP 11). */
export const pexEntriesSentMax = 50
