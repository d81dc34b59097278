import { expect, test } from 'vitest'
import { type ListeningTogether, listenTogether } from '../../transport/listen-together.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection, Transport, TransportKind } from '../../transport/transport.ts'

/** Two networks whose ports are picked alike, as TCP's and UDP's may be; the one is to be named first. */
function transports(): [Transport, Transport] {
  const network = (kind: TransportKind): Transport => ({
    ...createMemoryNetwork({ clock: new SimulatedClock(), random: seededRandom(1) }).transport('host'),
    kind,
  })
  return [network('tcp'), network('utp')]
}

const ports = ({ bound }: ListeningTogether) => bound.map(({ kind, handle }) => [kind, handle.address.port])

const nobody = (): void => undefined
const host = 'host'

test('all listen on the number that the first one picked', async () => {
  const [one, other] = transports()
  // What the other would pick is another number.
  await other.listen({ host, port: 0 }, nobody)
  const first = await one.listen({ host, port: 0 }, nobody)
  const picked = first.address.port + 1
  expect(ports(await listenTogether([one, other], { host, port: 0 }, nobody))).toEqual([
    ['tcp', picked],
    ['utp', picked],
  ])
})

test('a number that is taken of one is left, and the next one tried', async () => {
  const [one, other] = transports()
  const taken = await other.listen({ host, port: 0 }, nobody)
  const picked = taken.address.port + 1
  expect(ports(await listenTogether([one, other], { host, port: 0 }, nobody))).toEqual([
    ['tcp', picked],
    ['utp', picked],
  ])
  // Nobody listens there any more.
  await one.listen(taken.address, nobody)
})

test('a number that was asked for and is taken of the first is an error, and nobody listens', async () => {
  const [one, other] = transports()
  const taken = await one.listen({ host, port: 0 }, nobody)
  await expect(listenTogether([one, other], taken.address, nobody)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await other.listen(taken.address, nobody)
})

test('a number that was asked for and is taken of another is left to the first alone', async () => {
  const [one, other] = transports()
  const taken = await other.listen({ host, port: 0 }, nobody)
  const together = await listenTogether([one, other], taken.address, nobody)
  expect(ports(together)).toEqual([['tcp', taken.address.port]])
  expect(together.unbound).toMatchObject([{ kind: 'utp', error: { code: 'EADDRINUSE' } }])
})

test('TCP picks the number, whichever is named first', async () => {
  const [one, other] = transports()
  expect(ports(await listenTogether([other, one], { host, port: 0 }, nobody)).map(([kind]) => kind)).toEqual([
    'tcp',
    'utp',
  ])
})

test('what is no lack of a number is not tried again', async () => {
  const [one, other] = transports()
  let tried = 0
  const broken: Transport = {
    ...other,
    listen: async () => {
      tried++
      throw new Error('no')
    },
  }
  expect((await listenTogether([one, broken], { host, port: 0 }, nobody)).unbound).toMatchObject([{ kind: 'utp' }])
  expect(tried).toBe(1)
})

test('a number that never is free is not looked for endlessly', async () => {
  const [one, other] = transports()
  const full: Transport = {
    ...other,
    listen: async () => {
      throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
    },
  }
  expect(ports(await listenTogether([one, full], { host, port: 0 }, nobody))).toEqual([['tcp', 49_171]])
})

test('connections of all come to one callback', async () => {
  const clock = new SimulatedClock()
  const network = createMemoryNetwork({ clock, random: seededRandom(1) })
  const accepted: Connection[] = []
  const [one, other] = [network.transport('one'), network.transport('other')]
  const renamed: Transport = {
    ...other,
    listen: (address, accept) => other.listen({ ...address, host: 'other' }, accept),
  }
  const { bound } = await listenTogether([one, renamed], { host: 'one', port: 7000 }, (connection) =>
    accepted.push(connection),
  )
  for (const { handle } of bound) {
    const { address } = handle
    const handler = { opened: nobody, data: nobody, drained: nobody, closed: nobody }
    one.dial(address).open(handler)
  }
  clock.advance(0)
  expect(accepted.length).toBe(2)
})
