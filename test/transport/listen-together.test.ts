import { expect, test } from 'vitest'
import { listenTogether } from '../../transport/listen-together.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection, Transport } from '../../transport/transport.ts'

/** Two networks whose ports are picked alike, as TCP's and UDP's may be. */
function transports(): [Transport, Transport] {
  const network = () => createMemoryNetwork({ clock: new SimulatedClock(), random: seededRandom(1) }).transport('host')
  return [network(), network()]
}

const nobody = (): void => undefined
const host = 'host'

test('all listen on the number that the first one picked', async () => {
  const [one, other] = transports()
  // What the other would pick is another number.
  await other.listen({ host, port: 0 }, nobody)
  const first = await one.listen({ host, port: 0 }, nobody)
  const bound = await listenTogether([one, other], { host, port: 0 }, nobody)
  expect(bound.map(({ address }) => address)).toEqual(new Array(2).fill({ host, port: first.address.port + 1 }))
})

test('a number that is taken of one is left, and the next one tried', async () => {
  const [one, other] = transports()
  const taken = await other.listen({ host, port: 0 }, nobody)
  const bound = await listenTogether([one, other], { host, port: 0 }, nobody)
  expect(bound.map(({ address }) => address.port)).toEqual(new Array(2).fill(taken.address.port + 1))
  // Nobody listens there any more.
  await one.listen(taken.address, nobody)
})

test('a number that was asked for and is taken is an error, and nobody listens', async () => {
  const [one, other] = transports()
  const taken = await other.listen({ host, port: 0 }, nobody)
  await expect(listenTogether([one, other], taken.address, nobody)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await one.listen(taken.address, nobody)
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
  await expect(listenTogether([one, broken], { host, port: 0 }, nobody)).rejects.toThrow('no')
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
  await expect(listenTogether([one, full], { host, port: 0 }, nobody)).rejects.toThrow('taken')
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
  const bound = await listenTogether([one, renamed], { host: 'one', port: 7000 }, (connection) =>
    accepted.push(connection),
  )
  for (const { address } of bound) {
    const handler = { opened: nobody, data: nobody, drained: nobody, closed: nobody }
    one.dial(address).open(handler)
  }
  clock.advance(0)
  expect(accepted.length).toBe(2)
})
