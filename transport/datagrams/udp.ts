import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import { canonicalHost, isLoopback } from '../address.ts'
import { processDescriptors } from '../descriptors.ts'
import { isPortToBind } from '../port.ts'
import type { Address } from '../transport.ts'
import type { DatagramHandler, DatagramSocket, Datagrams } from './datagrams.ts'

/** What the kernel keeps each way, if it lets us: some 1,400 packets that come while JavaScript does something else. Its default is 208 KiB. */
const socketBufferBytes = 2 * 1024 * 1024

/** What waits in Node for the kernel: beyond it a socket is busy. Half of what the kernel takes. */
export const sendQueueBytesMax = 1024 * 1024

/**
 * UDP over IPv4 and IPv6. A socket bound to `::` takes both, and names an IPv4 remote by its IPv4 address. Each socket holds one of the
 * process's descriptors, and waits for it as long as it takes.
 */
export function udpDatagrams(): Datagrams {
  return {
    bind: (address, handler, done) =>
      resolve(address.host, (hosts) => {
        if (hosts instanceof Error) done(hosts)
        else open(hosts[0] ?? address.host, address, handler).then(done, done)
      }),
    resolve,
    anyHostFor: (host) => (isIPv6(host) ? '::' : '0.0.0.0'),
  }
}

function resolve(host: string, done: (hosts: readonly string[] | Error) => void): void {
  if (isIP(host) !== 0) {
    done([canonicalHost(host)])
    return
  }
  lookup(host, { all: true }, (error, found) => done(error ?? found.map(({ address }) => canonicalHost(address))))
}

async function open(host: string, { host: name, port }: Address, handler: DatagramHandler): Promise<DatagramSocket> {
  // Node binds to one of its own choice instead.
  if (!isPortToBind(port)) throw new RangeError(`${port} is not a port`)
  const descriptors = processDescriptors()
  await descriptors.take('socket')
  try {
    const socket = await descriptors.opening(() => bound({ host, port }))
    socket.once('close', () => descriptors.release('socket'))
    return new UdpSocket(socket, { host: name, port: socket.address().port }, host, handler)
  } catch (error) {
    descriptors.release('socket')
    throw error
  }
}

function bound({ host, port }: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      ipv6Only: false,
      lookup: addressOf(host === '::'),
    })
    const fail = (error: Error) => {
      socket.close()
      reject(error)
    }
    socket.once('error', fail)
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.off('error', fail)
      // What a remote's machine says of a datagram of ours costs that datagram alone.
      socket.on('error', () => undefined)
      widen(socket)
      resolve(socket)
    })
  })
}

/**
 * What Node is to look a destination up with: nothing, as it is an address. Its own lookup answers in a later turn of the loop, for each
 * datagram anew. A dual-stack socket knows IPv4 by mapped addresses alone.
 */
function addressOf(isDual: boolean) {
  return (
    host: string,
    family: unknown,
    done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
  ) => done(null, isDual && !host.includes(':') ? `::ffff:${host}` : host, family === 6 ? 6 : 4)
}

/** More than the system allows is not an error on Linux; elsewhere it is, and leaves what there was. */
function widen(socket: Socket): void {
  try {
    socket.setRecvBufferSize(socketBufferBytes)
    socket.setSendBufferSize(socketBufferBytes)
  } catch {
    // The default is slower and no less right.
  }
}

class UdpSocket implements DatagramSocket {
  readonly address: Address
  readonly #socket: Socket
  /** An IP literal. */
  readonly #host: string
  #isOpen = true
  #isBusy = false
  #sentCount = 0
  readonly #handler: DatagramHandler

  constructor(socket: Socket, address: Address, host: string, handler: DatagramHandler) {
    this.#socket = socket
    this.address = address
    this.#host = host
    this.#handler = handler
    socket.on('message', (bytes: Buffer, { address, port }: RemoteInfo) => {
      // From port 0 comes what nobody can answer.
      if (port > 0) handler.received(bytes, { host: unmapped(address), port })
    })
  }

  get departed(): number {
    return this.#isOpen ? this.#sentCount - this.#socket.getSendQueueCount() : this.#sentCount
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  send(bytes: Uint8Array, { host, port }: Address, failed?: (error: Error) => void): number {
    if (!this.#isOpen) return ++this.#sentCount
    // Once it is busy, those behind the one that was too many wait with it.
    const isTooMuch = !this.#isBusy && this.#socket.getSendQueueSize() + bytes.length > sendQueueBytesMax
    if (isTooMuch) this.#isBusy = true
    // Without a callback Node tells nothing, and needs no turn of the loop for it.
    const told = isTooMuch || failed ? (error: Error | null) => this.#left(isTooMuch, error, failed) : undefined
    this.#socket.send(bytes, port, host, told)
    return ++this.#sentCount
  }

  reaches(host: string): boolean {
    const isWanted6 = isIPv6(host)
    if (this.#host === '::') return true
    if (isIPv6(this.#host) !== isWanted6) return false
    return this.#host === '0.0.0.0' || isLoopback(this.#host) === isLoopback(host)
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  close(done: () => void): void {
    if (!this.#isOpen) {
      done()
      return
    }
    this.#isOpen = false
    this.#socket.removeAllListeners('message')
    this.#socket.close(done)
  }

  #left(isLastOfMany: boolean, error: Error | null, failed?: (error: Error) => void): void {
    if (error) failed?.(error)
    if (!isLastOfMany) return
    this.#isBusy = false
    if (this.#isOpen) this.#handler.drained()
  }
}

/** A dual-stack socket's name for an IPv4 address, as that; the kernel's spelling of all others is the shortest already. */
function unmapped(host: string): string {
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : host
}
