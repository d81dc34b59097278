/** The most extensions taken from one extended handshake, and named in one of ours; clients offer 8 at most. */
export const extensionsMax = 64
