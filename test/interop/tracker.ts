import { once } from 'node:events'
import { createServer } from 'node:http'
import { isIPv4 } from 'node:net'

/** An HTTP tracker (BEP 3, compact replies: BEP 23) on 127.0.0.1 that names the same peers to whoever asks. */
export interface Tracker {
  readonly announceUrl: string
  /** Query strings of the announces so far, undecoded. */
  readonly announces: readonly string[]
  stop(): Promise<void>
}

/** A tracker of other authors, over HTTP and UDP, where clients meet. */
export interface MeetingPoint {
  /** Its announce URLs. */
  readonly http: string
  readonly udp: string
  stop(): Promise<void>
}

/** How soon a client may ask again, in seconds. */
const intervalSeconds = 60

/** Starts a tracker that answers every announce with `peers`, which are `a.b.c.d:port`. Throws on any other address. */
export async function startTracker(peers: readonly string[]): Promise<Tracker> {
  const compact = Buffer.concat(peers.map(compactAddress))
  const reply = Buffer.concat([
    Buffer.from(`d8:intervali${intervalSeconds}e5:peers${compact.length}:`),
    compact,
    Buffer.from('e'),
  ])
  const announces: string[] = []
  const server = createServer((request, response) => {
    announces.push(request.url?.split('?')[1] ?? '')
    response.end(reply)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the tracker has no port')
  return {
    announceUrl: `http://127.0.0.1:${address.port}/announce`,
    announces,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function compactAddress(peer: string): Buffer {
  const [host = '', port = ''] = peer.split(':')
  if (!isIPv4(host)) throw new Error(`not an IPv4 address and port: ${peer}`)
  const bytes = Buffer.alloc(6)
  bytes.set(host.split('.').map(Number))
  bytes.writeUInt16BE(Number(port), 4)
  return bytes
}
