import Protocol from 'bittorrent-protocol'

const infoHash = Buffer.alloc(20, 7)
const infoHashHex = infoHash.toString('hex')
const extensions = { fast: true }

/** What `bittorrent-protocol` is told: no MSE, or RC4 alone. */
const levels = { none: 0, required: 2 }

/**
 * A wire piped over an accepted socket, as webtorrent does; answers the remote's handshake. `encryption`: `none` or `required`.
 */
export function acceptWire(socket, encryption) {
  const wire = attach(new Protocol('tcpIncoming', levels[encryption]), socket)
  wire.on('crypto-infohash', () => wire.setInfoHash(infoHashHex))
  wire.on('handshake', () => wire.handshake(infoHash, Buffer.alloc(20, 2), extensions))
  return wire
}

/** A wire piped over a socket that dials; says its handshake when it may. */
export function dialWire(socket, encryption) {
  const wire = attach(new Protocol('tcpOutgoing', levels[encryption]), socket)
  const say = () => wire.handshake(infoHash, Buffer.alloc(20, 1), extensions)
  wire.on('crypto-handshake', say)
  socket.once('connect', encryption === 'none' ? say : () => wire.startEncryption(infoHashHex))
  return wire
}

function attach(wire, socket) {
  socket.on('error', () => {})
  socket.on('close', () => wire.destroy())
  wire.on('error', () => {})
  socket.pipe(wire).pipe(socket)
  return wire
}
