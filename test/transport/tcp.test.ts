import { createServer, type Server } from 'node:net'
import { expect, test } from 'vitest'
import { tcpTransport } from '../../transport/tcp.ts'
import type { Address, Connection } from '../../transport/transport.ts'
import { type TransportHarness, testCompliance } from './compliance.ts'
import { EndOfConnection } from './end-of-connection.ts'

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

function tcpHarness(host: string): TransportHarness {
  const transport = tcpTransport()
  const resetters: Server[] = []
  return {
    transport,
    host,
    turn,
    // Loopback moves bytes within the call that sends them, so a few turns on both ends are all it takes.
    settle: async () => {
      for (let turns = 0; turns < 50; turns++) await turn()
    },
    deadAddress: async () => {
      const listener = await transport.listen({ host, port: 0 }, () => {})
      await listener.close()
      return listener.address
    },
    dialResetter: async () => {
      const resetter = createServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', () => socket.resetAndDestroy())
      })
      resetters.push(resetter)
      return transport.dial(await listening(resetter, host))
    },
    heldResources: () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length,
    dispose: async () => {
      for (const resetter of resetters) resetter.close()
    },
  }
}

testCompliance('TCP over IPv4', () => tcpHarness('127.0.0.1'))
testCompliance('TCP over IPv6', () => tcpHarness('::1'))

test.each([
  ['a name that can not be resolved', { host: `${'a'.repeat(64)}.invalid`, port: 6881 }, 'unreachable'],
  ['a port that no socket has', { host: '127.0.0.1', port: 65536 }, 'error'],
])('a dial to %s is closed by %s, not thrown', async (_, address, code) => {
  const out = new EndOfConnection(tcpTransport().dial(address))
  out.open()
  while (out.ended === undefined) await turn()
  expect(out.ended.code).toBe(code)
  expect(out.ended.detail).toBeTruthy()
  expect([out.calls, out.faults]).toEqual([['closed'], []])
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
