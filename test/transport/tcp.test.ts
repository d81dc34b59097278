import { createServer, type Server, Socket } from 'node:net'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { EndOfConnection } from '../../testing/transport/end-of-connection.ts'
import type { TransportSuite } from '../../testing/transport/suite.ts'
import { processDescriptors } from '../../transport/descriptors.ts'
import { descriptorWaitMs } from '../../transport/socket-descriptor.ts'
import { tcpTransport } from '../../transport/tcp.ts'
import type { Address, Connection } from '../../transport/transport.ts'
import { testCompliance } from './compliance.ts'

/** By whatever ran before. */
const heldBefore = processDescriptors().held

/** One turn of the event loop: whatever the operating system has to tell is told. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function listening(server: Server, host: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () => {
      const bound = server.address()
      if (typeof bound === 'object' && bound !== null) resolve({ host, port: bound.port })
    })
  })
}

const tcpSuite = (host: string): TransportSuite => ({
  create: () => {
    const transport = tcpTransport()
    return {
      dialler: transport,
      listener: transport,
      host,
      turn,
      // Loopback moves bytes within the call that sends them, so a few turns on both ends are all it takes.
      settle: async () => {
        for (let turns = 0; turns < 50; turns++) await turn()
      },
      heldResources: () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length,
    }
  },
  failures: {
    nobodyListens: async ({ dialler }) => {
      const listener = await dialler.listen({ host, port: 0 }, () => {})
      await listener.close()
      return dialler.dial(listener.address)
    },
    noRoute: ({ dialler }) => dialler.dial({ host: `${'a'.repeat(64)}.invalid`, port: 6881 }),
    resets: async ({ dialler }) => {
      const server = createServer((socket) => {
        server.close()
        socket.on('error', () => {})
        socket.once('data', () => socket.resetAndDestroy())
      })
      return dialler.dial(await listening(server, host))
    },
  },
})

testCompliance('TCP over IPv4', tcpSuite('127.0.0.1'))
testCompliance('TCP over IPv6', tcpSuite('::1'))

test.each([
  ['a name that cannot be resolved', { host: `${'a'.repeat(64)}.invalid`, port: 6881 }, 'unreachable'],
  ['a port that no socket has', { host: '127.0.0.1', port: 65536 }, 'error'],
])('a dial to %s is closed by %s, not thrown', async (_, address, code) => {
  const out = new EndOfConnection(tcpTransport().dial(address))
  out.open()
  while (out.ended === undefined) await turn()
  expect(out.ended.code).toBe(code)
  expect(out.ended.detail).toBeTruthy()
  expect([out.calls, out.faults]).toEqual([['closed'], []])
})

describe('what one event has us say', () => {
  async function connected() {
    const transport = tcpTransport()
    const chunks: Buffer[] = []
    let isOver = false
    const server = createServer((socket) => {
      socket.on('data', (chunk) => chunks.push(chunk))
      socket.on('error', () => {})
      socket.on('close', () => {
        isOver = true
      })
    })
    const out = new EndOfConnection(transport.dial(await listening(server, '127.0.0.1')))
    onTestFinished(() => {
      out.connection.destroy()
      server.close()
    })
    out.open()
    while (!out.calls.includes('opened')) await turn()
    return { out, heard: () => Buffer.concat(chunks).toString(), isOver: () => isOver }
  }

  const say = (out: EndOfConnection, text: string) => out.connection.write([new TextEncoder().encode(text)])

  test('goes to the socket as one write', async () => {
    const { out, heard } = await connected()
    const writes = vi.spyOn(Socket.prototype, '_writev')
    onTestFinished(() => writes.mockRestore())
    say(out, 'one ')
    say(out, 'two')
    while (heard().length < 7) await turn()
    expect(heard()).toBe('one two')
    expect(writes.mock.calls.map(([said]) => said.length)).toEqual([2])
  })

  test('goes out also when the connection is destroyed behind it', async () => {
    const { out, heard, isOver } = await connected()
    say(out, 'last words')
    out.connection.destroy()
    while (!isOver()) await turn()
    expect(heard()).toBe('last words')
  })
})

test('a dual-stack listener names an IPv4 remote by its IPv4 address', async () => {
  const transport = tcpTransport()
  const accepted: Connection[] = []
  const listener = await transport.listen({ host: '::', port: 0 }, (connection) => accepted.push(connection))
  const out = new EndOfConnection(transport.dial({ host: '127.0.0.1', port: listener.address.port }))
  out.open()
  while (accepted.length === 0) await turn()
  expect(accepted[0]?.remote.host).toBe('127.0.0.1')
  accepted[0]?.destroy()
  while (out.ended === undefined) await turn()
  await listener.close()
})

test('listening on an address of another host rejects', async () => {
  const listen = tcpTransport().listen({ host: '192.0.2.1', port: 0 }, () => {})
  await expect(listen).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
})

test('writes while dialling count as queued until they are sent', async () => {
  const transport = tcpTransport()
  const accepted: Connection[] = []
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => accepted.push(connection))
  const connection = transport.dial(listener.address)
  const out = new EndOfConnection(connection)
  out.open()
  expect(connection.write([new Uint8Array(1_000), new Uint8Array(0), new Uint8Array(24)])).toBe(true)
  expect(connection.queuedBytes).toBe(1_024)
  while (connection.queuedBytes > 0 || accepted.length === 0) await turn()
  const remote = new EndOfConnection(accepted[0] ?? connection)
  remote.open()
  connection.end()
  while (out.ended === undefined || remote.ended === undefined) await turn()
  await listener.close()
})

describe('a descriptor', () => {
  // Sockets of earlier tests, of other files too, may be closing still, and would be counted out amid a test.
  beforeEach(async () => {
    for (let turns = 0; turns < 1_000 && processDescriptors().held > 0; turns++) await turn()
  })

  /** Takes all that sockets may have, until the test is over or `free` is called. */
  const takeAll = () => {
    const descriptors = processDescriptors()
    const before = descriptors.held
    vi.spyOn(descriptors, 'tryTake').mockReturnValue(false)
    onTestFinished(() => void vi.restoreAllMocks())
    return {
      before,
      free: () => {
        vi.restoreAllMocks()
        descriptors.admit()
        descriptors.release('socket')
      },
    }
  }

  test('is waited for by a dial, which sends then what was written meanwhile', async () => {
    const transport = tcpTransport()
    const accepted: Connection[] = []
    const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => accepted.push(connection))
    const { free } = takeAll()
    const connection = transport.dial(listener.address)
    const out = new EndOfConnection(connection)
    out.open()
    connection.write([new Uint8Array(10)])
    for (let turns = 0; turns < 20; turns++) await turn()
    expect(out.calls).toEqual([])
    expect(accepted).toEqual([])
    free()
    while (accepted.length === 0 || connection.queuedBytes > 0) await turn()
    expect(out.calls).toEqual(['opened'])
    accepted[0]?.destroy()
    while (out.ended === undefined) await turn()
    await listener.close()
  })

  test.each(['destroy', 'end'] as const)('is waited for no longer by a dial after %s, and given on', async (how) => {
    const { before, free } = takeAll()
    const connection = tcpTransport().dial({ host: '127.0.0.1', port: 9 })
    const out = new EndOfConnection(connection)
    out.open()
    connection[how]()
    while (out.ended === undefined) await turn()
    expect([out.ended.code, out.calls]).toEqual(['destroyed', ['closed']])
    free()
    await turn()
    expect(processDescriptors().held).toBe(before)
  })

  test('that is not there for ten seconds is waited for no longer by a dial, nor kept for it', async () => {
    const { before, free } = takeAll()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const out = new EndOfConnection(tcpTransport().dial({ host: '127.0.0.1', port: 9 }))
    out.open()
    vi.advanceTimersByTime(descriptorWaitMs - 1)
    await turn()
    expect(out.calls).toEqual([])
    vi.advanceTimersByTime(1)
    while (out.ended === undefined) await turn()
    expect([out.ended.code, out.calls]).toEqual(['no_descriptor', ['closed']])
    free()
    expect([processDescriptors().held, vi.getTimerCount()]).toEqual([before, 0])
  })

  test('that the system does not have for ten seconds is tried for no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket) {
      process.nextTick(() => this.destroy(Object.assign(new Error('EMFILE'), { code: 'EMFILE' })))
      return this
    })
    onTestFinished(() => {
      vi.restoreAllMocks()
      vi.useRealTimers()
    })
    const { held } = processDescriptors()
    const out = new EndOfConnection(tcpTransport().dial({ host: '127.0.0.1', port: 9 }))
    out.open()
    for (let i = 0; i < 200 && out.ended === undefined; i++) {
      for (let turns = 0; turns < 4; turns++) await turn()
      vi.advanceTimersByTime(100)
    }
    expect([out.ended?.code, processDescriptors().held, vi.getTimerCount()]).toEqual(['no_descriptor', held, 0])
  })

  test('that an accepted connection finds none of closes it at once, and the listener goes on', async () => {
    const transport = tcpTransport()
    const accepted: Connection[] = []
    const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => accepted.push(connection))
    const admit = vi.spyOn(processDescriptors(), 'admit').mockReturnValueOnce(false)
    onTestFinished(() => admit.mockRestore())
    const [first, second] = [1, 2].map(() => new EndOfConnection(transport.dial(listener.address)))
    first?.open()
    while (first?.ended === undefined) await turn()
    expect(accepted).toEqual([])
    second?.open()
    while (accepted.length === 0) await turn()
    accepted[0]?.destroy()
    while (second?.ended === undefined) await turn()
    await listener.close()
  })

  test.each(['EMFILE', 'ENFILE'])('that the system has none of (%s) is tried for again by a dial', async (code) => {
    const transport = tcpTransport()
    const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => connection.destroy())
    vi.spyOn(Socket.prototype, 'connect').mockImplementationOnce(function (this: Socket) {
      process.nextTick(() => this.destroy(Object.assign(new Error(code), { code })))
      return this
    })
    const relief = vi.spyOn(processDescriptors(), 'relief').mockResolvedValue()
    onTestFinished(() => void vi.restoreAllMocks())
    const out = new EndOfConnection(transport.dial(listener.address))
    out.open()
    while (out.ended === undefined) await turn()
    expect(out.calls[0]).toBe('opened')
    expect(relief).toHaveBeenCalledTimes(1)
    await listener.close()
  })

  test('is given back by every connection and listener that has ended', () => {
    expect(processDescriptors().held).toBeLessThanOrEqual(heldBefore)
  })
})

describe('a local address', () => {
  const dialledFrom = async (localAddress?: string): Promise<string | undefined> => {
    const transport = tcpTransport(localAddress === undefined ? {} : { localAddress })
    let from: string | undefined
    const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      from = connection.remote.host
      connection.destroy()
    })
    const out = new EndOfConnection(transport.dial(listener.address))
    out.open()
    while (out.ended === undefined || (from === undefined && out.calls.includes('opened'))) await turn()
    await listener.close()
    return from
  }

  test('is what a connection is dialled from', async () => {
    expect(await dialledFrom('127.0.0.1')).toBe('127.0.0.1')
    if (process.platform === 'linux') expect(await dialledFrom('127.83.1.2')).toBe('127.83.1.2')
  })

  test('that is none of this machine ends the dial, and nobody is reached', async () => {
    expect(await dialledFrom('192.0.2.1')).toBeUndefined()
  })
})
