import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createUtpLife } from '../../../actors/utp-life.ts'
import { EndOfConnection } from '../../../testing/transport/end-of-connection.ts'
import type { Clock } from '../../../transport/clock.ts'
import type { Datagrams } from '../../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork } from '../../../transport/datagrams/simulated.ts'
import type { PathOptions } from '../../../transport/datagrams/simulated-path.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { SimulatedClock, type SimulatedTimer } from '../../../transport/simulated-clock.ts'
import type { Address, Transport } from '../../../transport/transport.ts'
import type { UtpLife } from '../../../transport/utp/life.ts'
import { utpTransport } from '../../../transport/utp/utp.ts'

/** A network on which hosts have a transport each. */
export function virtual(path: PathOptions = {}, seed = 1) {
  const clock = new SimulatedClock()
  const random = seededRandom(seed)
  const network = createDatagramNetwork({ ...path, clock, random })
  /** Of every connection, at both ends. */
  const lives: UtpLife[] = []
  const createLife = () => {
    const life = createUtpLife()
    lives.push(life)
    return life
  }
  /** A transport over datagrams of one's own, with a clock and chance of its own. */
  const over = (datagrams: Datagrams, ownClock: Clock = clock, ownRandom = random) =>
    utpTransport({ createLife, datagrams, clock: ownClock, random: ownRandom })
  const host = (name: string, own: PathOptions = {}) => over(network.host(name, own))
  const dial = (transport: Transport, address: Address) => {
    const end = new EndOfConnection(transport.dial(address))
    end.open()
    return end
  }
  /** Listens, and opens what is accepted. */
  const listen = async (transport: Transport, address: Address) => {
    const accepted: EndOfConnection[] = []
    const listener = await transport.listen(address, (connection) => {
      const end = new EndOfConnection(connection)
      accepted.push(end)
      end.open()
    })
    return { listener, accepted }
  }
  return { clock, network, lives, over, host, dial, listen }
}

/** Sends bytes from one end, as much at a time as it takes; the SHA-1 of the first `byteCount` is `digestOf`'s. */
export function pour(end: EndOfConnection, byteCount: number): void {
  let sent = 0
  const fill = () => {
    while (sent < byteCount) {
      const chunk = sample.subarray(0, byteCount - sent)
      sent += chunk.length
      if (!end.write(chunk)) return
    }
  }
  end.onDrained = fill
  fill()
}

/** The SHA-1 of what `pour` sends. */
export function digestOf(byteCount: number): string {
  const hash = createHash('sha1')
  for (let left = byteCount; left > 0; left -= sample.length) hash.update(sample.subarray(0, left))
  return hash.digest('hex')
}

/** Of a prime length, so that nothing that is a power of two long is twice the same. */
const sample = randomBytesFrom(seededRandom(1))(65_521)

/** A clock that is ahead of another, by as much as is set. */
export function skewed(clock: SimulatedClock, skewMs: number) {
  return {
    skewMs,
    now() {
      return clock.now() + this.skewMs
    },
    setTimeout: (run: () => void, ms: number) => clock.setTimeout(run, ms),
    clearTimeout: (timer: SimulatedTimer | undefined) => clock.clearTimeout(timer),
  }
}

/** Datagrams of which each that comes is told of first. */
export function heardBy(datagrams: Datagrams, heard: (bytes: Uint8Array) => void): Datagrams {
  return {
    ...datagrams,
    bind(address, handler, done) {
      const received: typeof handler.received = (bytes, from) => {
        heard(bytes)
        handler.received(bytes, from)
      }
      datagrams.bind(address, { received, drained: () => handler.drained() }, done)
    },
  }
}

/** Bytes that a checksum takes. */
export const checksumBytes = 4

/** Datagrams with a checksum, as those of UDP have, by which one with a flipped bit is dropped. */
export function withChecksum(datagrams: Datagrams): Datagrams {
  return {
    ...datagrams,
    bind(address, handler, done) {
      const received: typeof handler.received = (bytes, from) => {
        const end = bytes.length - checksumBytes
        if (crc32(bytes.subarray(0, end)) === Buffer.from(bytes.subarray(end)).readUInt32BE()) {
          handler.received(bytes.slice(0, end), from)
        }
      }
      datagrams.bind(address, { received, drained: () => handler.drained() }, (socket) => {
        if (socket instanceof Error) {
          done(socket)
          return
        }
        done({
          ...socket,
          get departed() {
            return socket.departed
          },
          send(bytes, to, failed) {
            const checked = Buffer.concat([bytes, new Uint8Array(checksumBytes)])
            checked.writeUInt32BE(crc32(bytes), bytes.length)
            return socket.send(checked, to, failed)
          },
        })
      })
    },
  }
}
