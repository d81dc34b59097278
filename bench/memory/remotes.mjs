import { connect } from 'node:net'

/** A program: connects to a port, so many times, says the handshake as that many peers, and is silent from then on. */
const [port, connections] = process.argv.slice(2).map(Number)

/** Dials at once, below what a listener lets wait. */
const dialsAtOnce = 50

for (let i = 0; i < connections; i += dialsAtOnce) {
  await Promise.all(Array.from({ length: Math.min(dialsAtOnce, connections - i) }, (_, j) => dial(i + j)))
}

/** Resolves when the listener has answered with its own handshake. */
function dial(number) {
  const handshake = Buffer.alloc(68, 7)
  handshake[0] = 19
  handshake.write('BitTorrent protocol', 1)
  handshake.fill(0, 20, 28)
  handshake.write(`-XX0001-${String(number).padStart(12, '0')}`, 48)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', (error) => {
    throw error
  })
  socket.write(handshake)
  return new Promise((resolve) => socket.on('data', resolve))
}
