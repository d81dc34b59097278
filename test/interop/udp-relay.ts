import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type PathOptions, SimulatedPath } from '../../transport/datagrams/simulated-path.ts'
import { seededRandom } from '../../transport/random.ts'

/** A line of one's own on loopback, where the kernel has none: it takes datagrams for a port, and brings them there as a path would. */
export interface UdpRelay {
  /** Where it takes those of the dialler, as `host:port`. */
  readonly address: string
  /** Milliseconds from the first datagram with data to the last. */
  readonly busyMs: number
  stop(): Promise<void>
}

const host = '127.0.0.1'

/** A datagram that is longer carries blocks of a torrent. */
const dataBytesMin = 500

/** Relays between whoever sends to it and `port` of loopback; each way is like `path`, by chance of `seed`. The dialler's port is learnt. */
export async function startUdpRelay(port: number, path: PathOptions, seed: number): Promise<UdpRelay> {
  let busySinceMs: number | undefined
  let busyUntilMs = 0
  const timers = new Set<NodeJS.Timeout>()
  const front = createSocket('udp4')
  const back = createSocket('udp4')
  let dialler = 0
  const way = (from: Socket, to: Socket, portOf: () => number, ownSeed: number) => {
    const line = new SimulatedPath(path, seededRandom(ownSeed))
    from.on('message', (bytes, { port: sender }) => {
      if (from === front) dialler = sender
      const now = performance.now()
      if (bytes.length > dataBytesMin) {
        busySinceMs ??= now
        busyUntilMs = now
      }
      for (const atMs of line.arrivals(bytes.length, now)) {
        const timer = setTimeout(() => {
          timers.delete(timer)
          to.send(bytes, portOf(), host)
        }, atMs - now)
        timers.add(timer)
      }
    })
  }
  way(front, back, () => port, seed)
  way(back, front, () => dialler, seed + 1)
  for (const socket of [front, back]) {
    socket.bind(0, host)
    await once(socket, 'listening')
    socket.setRecvBufferSize(1024 * 1024)
  }
  return {
    address: `${host}:${front.address().port}`,
    get busyMs() {
      return busyUntilMs - (busySinceMs ?? busyUntilMs)
    },
    stop: async () => {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of [front, back]) socket.close()
    },
  }
}
