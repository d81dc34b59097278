import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import type { Transport } from 'peerchart'
import { overStream } from './stream-transport.ts'

/** Peers of one machine that need no network: a port is a Unix socket in a folder. */
export function unixTransport(folder: string): Transport {
  let lastPort = 1024
  const pathOf = (port: number) => join(folder, `${port}.sock`)
  return {
    kind: 'unix',
    dial(remote) {
      const socket = new Socket()
      return overStream({ kind: 'unix', direction: 'out', remote }, socket, (opened) =>
        socket.connect(pathOf(remote.port), opened),
      )
    },
    listen: ({ host, port }, accept) =>
      new Promise((resolve, reject) => {
        const address = { host, port: port || ++lastPort }
        const server = createServer({ pauseOnConnect: true }, (socket) => {
          accept(
            overStream({ kind: 'unix', direction: 'in', remote: { host, port: ++lastPort } }, socket, setImmediate),
          )
        })
        server.once('error', reject)
        server.listen(pathOf(address.port), () => resolve({ address, close: async () => void server.close() }))
      }),
  }
}
