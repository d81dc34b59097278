import { createRequire } from 'node:module'

// `UTP_NATIVE` names the file that utp-native is loaded from.

const load = () => createRequire(import.meta.url)(process.env.UTP_NATIVE)
const chunk = Buffer.alloc(64 * 1024)

export function receive({ listening, data }) {
  const server = load().createServer((socket) => {
    socket.on('data', (bytes) => data(bytes.length))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1', () => listening(server.address().port))
}

export function send(port, length, opened) {
  const socket = load().connect(port, '127.0.0.1')
  let written = 0
  const write = () => {
    while (written < length) {
      written += chunk.length
      if (!socket.write(chunk)) return
    }
  }
  socket.on('error', () => undefined)
  socket.on('drain', write)
  socket.once('connect', () => {
    opened()
    write()
  })
}
