import { createServer, type Server } from 'node:net'
import { canonicalHost } from './address.ts'
import { processDescriptors } from './descriptors.ts'
import { TcpConnection } from './tcp-connection.ts'
import type { Address, Connection, ListenerHandle } from './transport.ts'

/** Binds and listens, as `Transport` says: waits for a descriptor as long as it takes. */
export async function listen(address: Address, accept: (connection: Connection) => void): Promise<ListenerHandle> {
  const descriptors = processDescriptors()
  await descriptors.take('socket')
  try {
    const server = await descriptors.opening(() => bind(address, accept))
    const bound = server.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
    let isOpen = true
    return {
      address: { host: address.host, port },
      close: async () => {
        // The port is free when this returns; its callback would wait for every accepted connection.
        server.close()
        if (isOpen) descriptors.release('socket')
        isOpen = false
      },
    }
  } catch (error) {
    descriptors.release('socket')
    throw error
  }
}

function bind(address: Address, accept: (connection: Connection) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
      const { remoteAddress, remotePort } = socket
      socket.on('error', ignore)
      // Gone before we looked, or one too many for the descriptors we have.
      if (remoteAddress === undefined || remotePort === undefined || !processDescriptors().admit()) socket.destroy()
      else
        accept(new TcpConnection('in', { host: canonicalHost(remoteAddress), port: remotePort }, { accepted: socket }))
    })
    server.once('error', reject)
    server.listen({ ...address }, () => {
      server.off('error', reject)
      // An accept that fails, say for want of file descriptors, costs that one connection.
      server.on('error', ignore)
      resolve(server)
    })
  })
}

function ignore(): void {}
