import { createUtpLife } from '../../actors/utp-life.ts'
import type { DatagramHandler, Datagrams } from '../../transport/datagrams/datagrams.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection } from '../../transport/transport.ts'
import { encodePacket, packetTypes } from '../../transport/utp/packet.ts'
import { utpTransport } from '../../transport/utp/utp.ts'
import { packetsIn, packetsOf } from '../engine/packets.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const header = { timestamp: 1_000, timestampDifference: 0, window: 0x10_0000, sequence: 1, ack: 0x8000 } as const
const { data, fin, reset, state, syn } = packetTypes
const packet = (
  pause: number,
  said: Parameters<typeof encodePacket>[0],
  payload: Uint8Array = new Uint8Array(),
  mask?: Uint8Array,
) => Buffer.concat([Uint8Array.of(pause), encodePacket(said, mask), payload])

/** Its SYN has the id 300: it is answered with the number 32,768, as all chance is a half. */
const opening = [
  packet(0, { ...header, type: syn, connectionId: 300 }),
  packet(1, { ...header, type: state, connectionId: 301 }),
]

/**
 * Datagrams that come to a socket of uTP, on which it listens and has dialled: nothing is thrown, a connection delivers no more than came,
 * what is sent is bounded by it, and when all connections are ended nothing is left. Before each datagram stands how long it takes to come.
 */
export const target: Target = {
  covers: ['transport/utp'],
  bytesMax: 8_192,
  words: [
    packetsOf([opening[0] as Uint8Array]),
    Uint8Array.of(0x01, 0),
    Uint8Array.of(0x01, 0x2d),
    Uint8Array.of(0x80, 0),
    Uint8Array.of(0x11, 0),
    Uint8Array.of(0x31, 0),
  ],
  seeds: () => ({
    talk: packetsOf([
      ...opening,
      packet(2, { ...header, type: data, connectionId: 301, sequence: 2 }, counted(40)),
      packet(2, { ...header, type: data, connectionId: 301, sequence: 4 }, counted(40)),
      packet(2, { ...header, type: state, connectionId: 301, sequence: 5, ack: 0x8001 }, undefined, counted(4)),
      packet(2, { ...header, type: data, connectionId: 301, sequence: 3 }, counted(40)),
      packet(9, { ...header, type: fin, connectionId: 301, sequence: 5 }),
    ]),
    reset: packetsOf([...opening, packet(2, { ...header, type: reset, connectionId: 301 })]),
    answered: packetsOf([
      packet(200, { ...header, type: state, connectionId: 0x8000 }),
      packet(2, { ...header, type: data, connectionId: 0x8000, sequence: 1 }, counted(30)),
    ]),
  }),
  async run(input) {
    const clock = new SimulatedClock()
    let handler: DatagramHandler | undefined
    let sentBytes = 0
    let heardBytes = 0
    const ends: string[] = []
    const connections: Connection[] = []
    const datagrams: Datagrams = {
      bind: (address, heard, done) => {
        handler = heard
        done({
          address,
          departed: Number.MAX_SAFE_INTEGER,
          isBusy: false,
          reaches: () => true,
          ref() {},
          unref() {},
          close: (closed) => closed(),
          send: (bytes) => {
            sentBytes += bytes.length
            return 1
          },
        })
      },
      resolve: (host, done) => done([host]),
      anyHostFor: () => '0.0.0.0',
    }
    const take = (connection: Connection) => {
      connections.push(connection)
      connection.open({
        opened: () => connection.write([counted(3_000)]),
        data: (chunk) => {
          heardBytes += chunk.length
        },
        drained: () => {},
        closed: ({ code }) => ends.push(code),
      })
    }
    const transport = utpTransport({ createLife: createUtpLife, datagrams, clock, random: () => 0.5 })
    const listener = await transport.listen({ host: '192.0.2.9', port: 6881 }, take)
    take(transport.dial({ host: '192.0.2.1', port: 6881 }))
    clock.advance(0)
    const packets = packetsIn(input)
    for (const [pause = 0, ...bytes] of packets) {
      handler?.received(Uint8Array.from(bytes), { host: pause % 16 === 15 ? '192.0.2.2' : '192.0.2.1', port: 6881 })
      clock.advance(pause < 240 ? pause % 16 : 1_000)
    }
    must(heardBytes <= input.length, 'it delivers no more than came')
    must(sentBytes <= 40_000 + packets.length * 6_000, 'it sends no more than it must')
    for (const connection of connections) connection.destroy()
    void listener.close()
    clock.advance(120_000)
    must(ends.length === connections.length && clock.pending === 0, 'nothing is left when all are ended')
    return `${connections.length > 1} ${heardBytes > 0} ${ends[0]}`
  },
}
