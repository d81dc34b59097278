import { connect, createServer, type Socket } from 'node:net'

/** Stands between two clients on loopback and counts what each of them sends, protocol and all. */
export interface CountingProxy {
  /** Where it accepts connections, as `host:port`. */
  readonly address: string
  /** Bytes that came from the client that dials, and from the one that is dialled. */
  readonly sent: { readonly byDialler: number; readonly byAccepter: number }
  /** Ends every connection. */
  stop(): Promise<void>
}

/** Passes connections on to a port of loopback. What it cannot pass on waits at the sender, so it adds no buffer worth naming. */
export async function startCountingProxy(port: number): Promise<CountingProxy> {
  const sent = { byDialler: 0, byAccepter: 0 }
  const sockets = new Set<Socket>()
  const join = (from: Socket, to: Socket, count: (bytes: number) => void) => {
    sockets.add(from)
    from.setNoDelay(true)
    from.on('data', ({ length }: Buffer) => count(length))
    from.on('error', () => to.destroy())
    from.pipe(to)
  }
  const server = createServer((dialler) => {
    const accepter = connect({ host: '127.0.0.1', port })
    join(dialler, accepter, (bytes) => {
      sent.byDialler += bytes
    })
    join(accepter, dialler, (bytes) => {
      sent.byAccepter += bytes
    })
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('a server without a port')
  return {
    address: `127.0.0.1:${bound.port}`,
    sent,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
