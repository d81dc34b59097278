import { createSocket } from 'node:dgram'

// What Node carries at most in datagrams as large as ours: numbered packets, a fixed window, one answer a turn of the event loop. After a
// silence all that was not answered is sent again.

const packetBytes = 1400

/** Packets on the way: fewer than what a socket holds. */
const windowPackets = 512
const socketBufferBytes = 2 * 1024 * 1024

const silenceMs = 100

/** Packets in one turn of the event loop. */
const burstPackets = 64

const lookup = (host, _family, done) => done(null, host, 4)

async function bound() {
  const socket = createSocket({ type: 'udp4', lookup })
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve))
  socket.setRecvBufferSize(socketBufferBytes)
  socket.setSendBufferSize(socketBufferBytes)
  return socket
}

export async function receive({ listening, data }) {
  const socket = await bound()
  const answer = new Uint32Array(1)
  let isDue = false
  socket.on('message', (bytes, { address, port }) => {
    const number = bytes.readUInt32LE()
    if (number > answer[0]) data((number - answer[0]) * packetBytes)
    answer[0] = Math.max(answer[0], number)
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      socket.send(answer.slice(), port, address)
    })
  })
  listening(socket.address().port)
}

export async function send(port, length, opened) {
  const socket = await bound()
  const packets = Array.from({ length: 2 * windowPackets }, () => Buffer.alloc(packetBytes))
  const last = Math.ceil(length / packetBytes)
  let sent = 0
  let answered = 0
  let isDue = false
  let heardAt = 0
  const burst = () => {
    isDue = false
    let left = burstPackets
    for (; left > 0 && sent < last && sent - answered < windowPackets; left--) {
      const packet = packets[sent % packets.length]
      packet.writeUInt32LE(++sent)
      socket.send(packet, port, '127.0.0.1')
    }
    if (left === 0) later()
  }
  const later = () => {
    if (isDue) return
    isDue = true
    setImmediate(burst)
  }
  socket.on('message', (bytes) => {
    answered = Math.max(answered, bytes.readUInt32LE())
    heardAt = performance.now()
    later()
  })
  setInterval(() => {
    if (performance.now() - heardAt < silenceMs) return
    sent = answered
    later()
  }, silenceMs)
  opened()
  later()
}
