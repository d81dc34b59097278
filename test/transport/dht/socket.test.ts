import { expect, test } from 'vitest'
import type { DatagramSocket } from '../../../transport/datagrams/datagrams.ts'
import { DhtSocket, queriesPerSecondMax } from '../../../transport/dht/socket.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Address } from '../../../transport/transport.ts'
import { type BencodeInput, decodeBencode, encodeBencode, isBencodeDict } from '../../../transport/wire/bencode.ts'

const from = { host: '192.0.2.1', port: 6881 }
const id = Buffer.alloc(20, 'i')
const query = (name = 'ping', a: BencodeInput = { id }) => encodeBencode({ t: 'aa', y: 'q', q: name, a })
const pong = (t: BencodeInput = 'aa') => encodeBencode({ t, y: 'r', r: { id } })

function aSocket() {
  const clock = new SimulatedClock()
  const sent: { bytes: Uint8Array; to: Address }[] = []
  const socket = new DhtSocket(clock, Buffer.alloc(20, 'o'))
  const bound: DatagramSocket = {
    address: { host: '0.0.0.0', port: 7 },
    departed: 0,
    isBusy: false,
    send: (bytes, to) => sent.push({ bytes, to }),
    reaches: (host) => !host.includes(':'),
    ref() {},
    unref() {},
    close: (done) => done(),
  }
  /** What reached the package. */
  const messages: string[] = []
  socket.on('message', (bytes) => messages.push(textOf(bytes)))
  const send = (bytes: Uint8Array, { host, port }: Address = from) => socket.send(bytes, 0, bytes.length, port, host)
  /** The transaction of the last message that was sent. */
  const asked = () => {
    const message = decodeBencode(sent.at(-1)?.bytes ?? Buffer.of())?.value
    return message && isBencodeDict(message) && message.t ? Buffer.from(message.t as Uint8Array) : undefined
  }
  return { asked, bound, clock, messages, send, sent, socket }
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

test('of queries so many are passed on in a second; answers are not counted', () => {
  const { bound, clock, messages, send, socket } = aSocket()
  socket.begin(bound)
  send(query())
  for (let i = 0; i < 1_000; i++) socket.received(query(), from)
  expect(messages).toHaveLength(queriesPerSecondMax)
  socket.received(pong(), from)
  expect(messages).toHaveLength(queriesPerSecondMax + 1)
  clock.advance(1_000)
  socket.received(query(), from)
  expect(messages).toHaveLength(queriesPerSecondMax + 2)
})

test('a node that queries us is asked itself, and the package hears of it once it has answered', () => {
  const { asked, bound, messages, sent, socket } = aSocket()
  socket.begin(bound)
  socket.received(query(), from)
  expect(messages).toEqual([textOf(query('ping', {}))])
  expect(sent.map(({ to }) => to)).toEqual([from])
  socket.received(pong(asked()), { host: '192.0.2.2', port: 6881 })
  socket.received(pong('bb'), from)
  expect(messages).toHaveLength(1)
  socket.received(pong(asked()), from)
  expect(messages.slice(1)).toEqual([textOf(pong(asked()))])
  // k-rpc-socket takes it for an answer to none of its queries: it numbers them from 1.
  expect(asked()?.readUInt16BE()).toBe(0)
  socket.received(query(), from)
  socket.received(query('ping', { id: Buffer.alloc(20, 'x') }), from)
  expect(messages.slice(2)).toEqual([textOf(query()), textOf(query('ping', {}))])
})

test('an answer counts once, and only while it is waited for', () => {
  const { bound, clock, messages, send, socket } = aSocket()
  socket.begin(bound)
  socket.received(pong(), from)
  send(query())
  socket.received(pong(), from)
  socket.received(pong(), from)
  expect(messages).toHaveLength(1)
  send(query())
  clock.advance(60_000)
  socket.received(pong(), from)
  expect(messages).toHaveLength(1)
})

test('a message that makes the package throw costs nothing but itself', () => {
  const { messages, socket } = aSocket()
  socket.prependListener('message', () => {
    throw new Error('toString() radix')
  })
  expect(() => socket.received(query(), from)).not.toThrow()
  expect(messages).toEqual([])
})

test('it sends to single hosts of IPv4 alone, and nothing before it is bound or when it is closed', () => {
  const { bound, send, sent, socket } = aSocket()
  send(pong())
  socket.begin(bound)
  for (const host of ['192.0.2.1', '255.255.255.255', '224.0.0.1', '0.0.0.0', '2001:db8::1'])
    send(pong(), { host, port: 1 })
  send(pong(), { host: '192.0.2.1', port: 0 })
  socket.close()
  send(pong())
  expect(sent.map(({ to }) => to)).toEqual([{ host: '192.0.2.1', port: 1 }])
})
