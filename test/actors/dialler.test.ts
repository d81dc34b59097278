import { expect, test } from 'vitest'
import { Dialler } from '../../actors/dialler.ts'
import type { PeerEvent } from '../../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../../machines/peer/vocabulary/transport-commands.ts'
import type { Address, Connection, ConnectionHandler, Transport } from '../../transport/transport.ts'

const address: Address = { host: '192.0.2.1', port: 6881 }
const unasked = (): never => {
  throw new Error('nobody asks that of a connection that does not stand')
}

/** Transports whose connections do what they are told, and a dialler by them. */
function aDialler(...kinds: readonly string[]) {
  const handlers = new Map<string, ConnectionHandler>()
  const destroyed: string[] = []
  const reports: PeerEvent[] = []
  const carried: unknown[] = []
  const transports = kinds.map((kind): Transport => {
    const connection: Connection = {
      kind,
      direction: 'out',
      remote: address,
      queuedBytes: 0,
      open: (handler) => void handlers.set(kind, handler),
      destroy: () => void destroyed.push(kind),
      write: unasked,
      pause: unasked,
      resume: unasked,
      readAtMost: unasked,
      end: unasked,
    }
    return { kind, dial: () => connection, listen: unasked }
  })
  const dialler = new Dialler({
    address,
    transports,
    report: (event) => reports.push(event),
    carry: (kind) => ({
      opened: () => carried.push([kind, 'opened']),
      data: (chunk) => carried.push([kind, 'data', chunk.length]),
      drained: () => carried.push([kind, 'drained']),
      closed: ({ code }) => carried.push([kind, 'closed', code]),
      obey: ({ type }) => carried.push([kind, type]),
      stop: () => carried.push([kind, 'stopped']),
    }),
  })
  const of = (kind: string): ConnectionHandler => handlers.get(kind) ?? unasked()
  return { dialler, of, destroyed, reports, carried }
}

test('the first attempt that opens is carried, and the others are destroyed unheard', () => {
  const { dialler, of, destroyed, reports, carried } = aDialler('utp', 'tcp')
  dialler.dial('utp')
  dialler.dial('tcp')
  of('tcp').opened()
  expect(destroyed).toEqual(['utp'])
  of('utp').opened()
  of('utp').closed({ code: 'destroyed' })
  of('tcp').data(new Uint8Array(3))
  of('tcp').drained()
  of('tcp').closed({ code: 'end' })
  expect(reports).toEqual([])
  expect(carried).toEqual([
    ['tcp', 'opened'],
    ['tcp', 'data', 3],
    ['tcp', 'drained'],
    ['tcp', 'closed', 'end'],
  ])
})

test('what is asked of the connection before it stands reaches it as it opens, and an attempt too late none', () => {
  const { dialler, of, carried, destroyed } = aDialler('utp', 'tcp')
  dialler.dial('utp')
  const limits: TransportCommand = { type: 'link.set_limits', limits: {} }
  dialler.obey(limits)
  of('utp').opened()
  dialler.dial('tcp')
  expect(carried).toEqual([
    ['utp', 'link.set_limits'],
    ['utp', 'opened'],
  ])
  expect(destroyed).toEqual([])
})

test('an attempt that fails is told with its transport, and so is one whose code throws, or that has none', () => {
  const { dialler, of, reports } = aDialler('utp')
  dialler.dial('utp')
  of('utp').closed({ code: 'refused' })
  dialler.dial('tcp')
  const error = 'Error: there is no transport tcp'
  expect(reports).toEqual([
    { type: 'transport.failed', kind: 'utp', end: { code: 'refused' } },
    { type: 'transport.failed', kind: 'tcp', end: { code: 'error', detail: error } },
  ])
})

test('a dial that is given up has ended when its last attempt has', () => {
  const { dialler, of, destroyed, reports } = aDialler('utp', 'tcp')
  dialler.dial('utp')
  dialler.dial('tcp')
  dialler.obey({ type: 'link.destroy' })
  expect(destroyed).toEqual(['utp', 'tcp'])
  of('tcp').closed({ code: 'destroyed' })
  expect(reports).toEqual([])
  of('utp').closed({ code: 'destroyed' })
  expect(reports).toEqual([{ type: 'transport.closed', end: { code: 'destroyed' } }])
})

test('a dialler that is stopped gives up everything, and tells nothing', () => {
  const { dialler, of, destroyed, reports } = aDialler('utp', 'tcp')
  dialler.dial('utp')
  dialler.dial('tcp')
  dialler.stop()
  expect(destroyed).toEqual(['utp', 'tcp'])
  of('utp').closed({ code: 'destroyed' })
  of('tcp').opened()
  expect(reports).toEqual([])
})
