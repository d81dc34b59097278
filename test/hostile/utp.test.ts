import { describe, expect, test } from 'vitest'
import { utpTransport } from '../../actors/utp-transport.ts'
import { EndOfConnection } from '../../testing/transport/end-of-connection.ts'
import type { DatagramSocket, Datagrams } from '../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork } from '../../transport/datagrams/simulated.ts'
import type { PathOptions } from '../../transport/datagrams/simulated-path.ts'
import { type Random, randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { type PacketType, writeHeader } from '../../transport/utp/packet.ts'
import { firstOf } from '../in-full.ts'

const seeds = firstOf(
  3,
  Array.from({ length: 10 }, (_, seed) => seed),
)

/** Datagrams behind each of which comes what `forge` makes of it, in the name of its sender. */
const tampered = (datagrams: Datagrams, forge: (bytes: Uint8Array) => Uint8Array[]): Datagrams => ({
  ...datagrams,
  bind: (address, handler, done) => {
    const received: typeof handler.received = (bytes, from) => {
      const forged = forge(bytes)
      handler.received(bytes, from)
      for (const each of forged) handler.received(each, from)
    }
    datagrams.bind(address, { received, drained: () => handler.drained() }, done)
  },
})

/** Two hosts with one connection between them. */
async function scene(random: Random, forge: (bytes: Uint8Array) => Uint8Array[] = () => [], path: PathOptions = {}) {
  const clock = new SimulatedClock()
  const network = createDatagramNetwork({ latencyMs: 10, ...path, clock, random })
  const host = (name: string) => utpTransport({ datagrams: tampered(network.host(name), forge), clock, random })
  const [near, far] = [host('near'), host('far')]
  const accepted: EndOfConnection[] = []
  const listener = await far.listen({ host: 'far', port: 6881 }, (connection) => {
    const end = new EndOfConnection(connection)
    accepted.push(end)
    end.open()
  })
  const out = new EndOfConnection(near.dial(listener.address))
  out.open()
  /** Ends all, and sees that nothing is left. */
  const finish = async () => {
    for (const end of [out, ...accepted]) end.destroy()
    await listener.close()
    clock.advance(120_000)
    await Promise.all([near.idle?.(), far.idle?.()])
    expect([out, ...accepted].flatMap(({ faults }) => faults)).toEqual([])
    expect(clock.pending).toBe(0)
  }
  return { clock, network, accepted, listener, out, finish }
}

/** A socket of another host. */
function socketOf(datagrams: Datagrams, host: string): DatagramSocket {
  let socket: DatagramSocket | Error | undefined
  datagrams.bind({ host, port: 1 }, { received: () => undefined, drained: () => undefined }, (bound) => {
    socket = bound
  })
  if (socket === undefined || socket instanceof Error) throw socket
  return socket
}

describe('packets of uTP that mean harm', () => {
  test.each(seeds)(
    'from a stranger, with any numbers, never throw, harm no connection and leave nothing (seed %i)',
    async (seed) => {
      const random = seededRandom(seed)
      const { clock, network, out, listener, finish } = await scene(random)
      const bytesOf = randomBytesFrom(random)
      const evil = socketOf(network.host('evil'), 'evil')
      const upTo = (most: number) => Math.floor(random() * most)
      out.write(new Uint8Array(100_000))
      for (let count = 0; count < 1_000; count++) {
        const bytes = bytesOf(20 + upTo(80))
        const header = {
          type: upTo(5) as PacketType,
          connectionId: upTo(40),
          timestamp: upTo(2 ** 32),
          timestampDifference: upTo(2 ** 32),
          window: upTo(2 ** 32),
          sequence: upTo(65_536),
          ack: upTo(65_536),
        }
        writeHeader(bytes, header, random() < 0.3)
        evil.send(bytes, listener.address)
        if (count % 20 === 0) clock.advance(5)
      }
      clock.advance(5_000)
      expect([out.ended, out.connection.queuedBytes]).toEqual([undefined, 0])
      await finish()
    },
  )

  test.each(seeds)(
    'in the name of the remote, from within the line, never throw, and at most end the connection (seed %i)',
    async (seed) => {
      const random = seededRandom(seed)
      const seen: Uint8Array[] = []
      const { clock, accepted, out, finish } = await scene(random, (bytes) => {
        if (random() > 0.05) return []
        seen.push(bytes.slice())
        // An earlier packet, of which a few bytes of the header or the extension are others: much of it stays plausible.
        const forged = (seen[Math.floor(random() * seen.length)] ?? bytes).slice()
        for (let count = Math.floor(random() * 4); count > 0; count--) {
          const at = 4 + Math.floor(random() * Math.min(forged.length - 4, 26))
          forged[at] = random() * 256
        }
        return [forged, forged.subarray(0, Math.floor(random() * forged.length))]
      })
      out.write(new Uint8Array(500_000))
      clock.advance(100)
      accepted[0]?.write(new Uint8Array(500_000))
      clock.advance(60_000)
      for (const end of [out, ...accepted]) {
        expect(['end', 'reset', 'timeout', undefined]).toContain(end.ended?.code)
        expect(end.receivedBytes).toBeLessThanOrEqual(600_000)
      }
      await finish()
    },
  )

  test.each(seeds)(
    'with a bit flipped in 13 of a thousand, which no checksum has caught, never throw, and at most end the connection (seed %i)',
    async (seed) => {
      const { clock, accepted, out, finish } = await scene(seededRandom(seed), undefined, { corruptRate: 0.013 })
      out.write(new Uint8Array(300_000))
      clock.advance(100)
      accepted[0]?.write(new Uint8Array(300_000))
      clock.advance(120_000)
      for (const end of [out, ...accepted]) {
        expect(['end', 'reset', 'timeout', 'refused', undefined]).toContain(end.ended?.code)
        // Nobody has more than was sent: a packet whose number was flipped takes the place of another.
        expect(end.receivedBytes).toBeLessThanOrEqual(301_000)
      }
      expect(accepted.length).toBeLessThan(10)
      await finish()
    },
  )
})
