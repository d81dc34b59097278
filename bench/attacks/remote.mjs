import { connect } from 'node:net'

const header = Buffer.from('\x13BitTorrent protocol')
/** Byte 5, bit 0x10: the extension protocol (BEP 10); byte 7, bit 0x04: the Fast extension (BEP 6). */
const reserved = Buffer.of(0, 0, 0, 0, 0, 0x10, 0, 0x04)
export const handshakeBytes = 68

/** The id of each message that is said here (BEP 3, 6, 10). */
export const ids = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  not_interested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  have_all: 14,
  have_none: 15,
  reject_request: 16,
  allowed_fast: 17,
  extended: 20,
}

/** A message: its length, its id and what follows, numbers as 32 bits. */
export function message(id, ...fields) {
  const body = fields.map((field) => (typeof field === 'number' ? word(field) : Buffer.from(field)))
  return Buffer.concat([word(1 + body.reduce((sum, { length }) => sum + length, 0)), Buffer.of(id), ...body])
}

function word(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

let made = 0

/** A handshake with a peer id that no other has had. */
export const handshake = (infoHash) =>
  Buffer.concat([
    header,
    reserved,
    infoHash,
    Buffer.from(`-XX0000-${process.pid}-${made++}`.padEnd(20, '-').slice(0, 20)),
  ])

/** The address as `node:net` takes it. */
export const dial = ({ host, port }, from = {}) => connect({ host, port, noDelay: true, ...from })

/**
 * Calls `hears(id, body)` for each message that comes on a socket behind the handshake, `body` being valid for the call alone;
 * `greeted()` when the handshake has come.
 */
export function readMessages(socket, { greeted = () => {}, hears }) {
  let rest = Buffer.alloc(0)
  let isGreeted = false
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    if (!isGreeted) {
      if (bytes.length < handshakeBytes) {
        rest = bytes
        return
      }
      isGreeted = true
      at = handshakeBytes
      greeted()
    }
    while (at + 4 <= bytes.length) {
      const length = bytes.readUInt32BE(at)
      if (at + 4 + length > bytes.length) break
      if (length > 0) hears(bytes[at + 4], bytes.subarray(at + 5, at + 4 + length))
      at += 4 + length
    }
    rest = bytes.subarray(at)
  })
}
