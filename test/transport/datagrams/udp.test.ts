import { Socket } from 'node:dgram'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { DatagramHandler, DatagramSocket } from '../../../transport/datagrams/datagrams.ts'
import { sendQueueBytesMax, udpDatagrams } from '../../../transport/datagrams/udp.ts'
import { processDescriptors } from '../../../transport/descriptors.ts'
import type { Address } from '../../../transport/transport.ts'

/** By whatever ran before. */
const heldBefore = processDescriptors().held

interface Received {
  readonly bytes: Uint8Array
  readonly from: Address
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const closed = (socket: DatagramSocket): Promise<void> => new Promise((resolve) => socket.close(resolve))

function bind(address: Address, handler: Partial<DatagramHandler> = {}): Promise<DatagramSocket> {
  const whole = { received: () => undefined, drained: () => undefined, ...handler }
  return new Promise((resolve, reject) => {
    udpDatagrams().bind(address, whole, (bound) => (bound instanceof Error ? reject(bound) : resolve(bound)))
  })
}

async function listening(host: string) {
  const received: Received[] = []
  const socket = await bind({ host, port: 0 }, { received: (bytes, from) => received.push({ bytes, from }) })
  onTestFinished(() => closed(socket))
  return { socket, received }
}

describe.each(['127.0.0.1', '::1'])('UDP on %s', (host) => {
  test('carries datagrams whole, both ways', async () => {
    const [one, other] = [await listening(host), await listening(host)]
    expect([one.socket.departed, one.socket.send(Uint8Array.of(1, 2, 3), other.socket.address)]).toEqual([0, 1])
    expect([one.socket.departed, one.socket.isBusy]).toEqual([1, false])
    while (other.received.length === 0) await turn()
    expect(other.received[0]?.from).toEqual(one.socket.address)
    expect([...(other.received[0]?.bytes ?? [])]).toEqual([1, 2, 3])
    other.socket.send(new Uint8Array(0), one.socket.address)
    while (one.received.length === 0) await turn()
    expect(one.received[0]?.bytes.length).toBe(0)
  })

  test('a port is bound once, and free when close has told so', async () => {
    const { socket } = await listening(host)
    await expect(bind(socket.address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await closed(socket)
    await closed(await bind(socket.address))
  })
})

describe('UDP', () => {
  test('on :: takes IPv4 too, names the remote by its IPv4 address, and reaches it', async () => {
    const [dual, four] = [await listening('::'), await listening('127.0.0.1')]
    four.socket.send(Uint8Array.of(4), { host: '127.0.0.1', port: dual.socket.address.port })
    while (dual.received.length === 0) await turn()
    expect(dual.received[0]?.from).toEqual(four.socket.address)
    expect([dual.socket.reaches('127.0.0.1'), dual.socket.reaches('::1')]).toEqual([true, true])
    dual.socket.send(Uint8Array.of(6), four.socket.address)
    while (four.received.length === 0) await turn()
    expect(four.received[0]?.from.port).toBe(dual.socket.address.port)
  })

  test.each([
    ['127.0.0.1', '127.0.0.2', true],
    ['127.0.0.1', '192.0.2.1', false],
    ['127.0.0.1', '::1', false],
    ['0.0.0.0', '192.0.2.1', true],
    ['0.0.0.0', '::1', false],
    ['::1', '::1', true],
    ['::1', '2001:db8::1', false],
  ])('a socket on %s reaches %s: %s', async (host, other, is) => {
    const { socket } = await listening(host)
    expect(socket.reaches(other)).toBe(is)
  })

  test.each([
    ['an address of another host', { host: '192.0.2.1', port: 0 }, { code: 'EADDRNOTAVAIL' }],
    ['a port that no socket has', { host: '127.0.0.1', port: 65536 }, { name: 'RangeError' }],
    ['a name that nobody knows', { host: `${'a'.repeat(64)}.invalid`, port: 0 }, {}],
  ])('binding to %s fails, and holds nothing', async (_, address, error) => {
    await expect(bind(address)).rejects.toMatchObject(error)
  })

  test('what the system cannot send fails later, with its code', async () => {
    const { socket } = await listening('127.0.0.1')
    const errors: unknown[] = []
    socket.send(new Uint8Array(1), { host: '192.0.2.1', port: 9 }, (error) => errors.push(error))
    socket.send(new Uint8Array(100_000), { host: '127.0.0.1', port: 9 }, (error) => errors.push(error))
    expect(errors).toEqual([])
    while (errors.length < 2) await turn()
    expect(errors).toMatchObject([{ code: 'EINVAL' }, { code: 'EMSGSIZE' }])
  })

  test('is busy when too much waits, knows what has left, and tells once that it is drained', async () => {
    let drainedCount = 0
    const socket = await bind({ host: '127.0.0.1', port: 0 }, { drained: () => drainedCount++ })
    vi.spyOn(Socket.prototype, 'getSendQueueSize').mockReturnValue(sendQueueBytesMax)
    vi.spyOn(Socket.prototype, 'getSendQueueCount').mockReturnValue(1)
    onTestFinished(() => void vi.restoreAllMocks())
    expect([1, 2].map(() => socket.send(new Uint8Array(1), socket.address))).toEqual([1, 2])
    expect([socket.isBusy, socket.departed, drainedCount]).toEqual([true, 1, 0])
    vi.restoreAllMocks()
    while (drainedCount === 0) await turn()
    expect([socket.isBusy, socket.departed]).toEqual([false, 2])
    await closed(socket)
    expect([socket.send(new Uint8Array(1), socket.address), socket.departed, drainedCount]).toEqual([3, 3, 1])
  })

  test('where no socket reaches a host, one bound to all of its family does', async () => {
    for (const host of ['192.0.2.1', '2001:db8::1']) {
      const { socket } = await listening(udpDatagrams().anyHostFor(host))
      expect(socket.reaches(host)).toBe(true)
    }
  })

  test('a name is resolved to addresses, a literal to itself at once', async () => {
    let literal: readonly string[] | Error | undefined
    udpDatagrams().resolve('0:0::1', (hosts) => {
      literal = hosts
    })
    expect(literal).toEqual(['::1'])
    const hosts = await new Promise((resolve) => udpDatagrams().resolve('localhost', resolve))
    expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining(hosts as string[]))
  })

  test('gives back the descriptor of every socket that is closed or failed', () => {
    expect(processDescriptors().held).toBe(heldBefore)
  })
})
