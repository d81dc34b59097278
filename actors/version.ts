/** What our extended handshakes say of the client (BEP 10, `v`). */
export const clientVersion = 'peerchart 0.1.0'
