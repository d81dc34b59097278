import { utpTransport } from '../../../dist/index.js'

const chunk = new Uint8Array(64 * 1024)

export async function receive({ listening, data }) {
  const listener = await utpTransport().listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.open({
      opened: () => undefined,
      data: (bytes) => data(bytes.length),
      drained: () => undefined,
      closed: () => undefined,
    })
  })
  listening(listener.address.port)
}

export function send(port, length, opened) {
  const connection = utpTransport().dial({ host: '127.0.0.1', port })
  let written = 0
  const write = () => {
    while (written < length) {
      written += chunk.length
      if (!connection.write([chunk])) return
    }
  }
  connection.open({
    opened: () => {
      opened()
      write()
    },
    data: () => undefined,
    drained: write,
    closed: () => undefined,
  })
}
