import { expect, test } from 'vitest'
import { kindsOf, requireTransports, transportsOf } from '../../actors/transports.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Transport } from '../../transport/transport.ts'

const network = createMemoryNetwork({ clock: new SimulatedClock(), random: seededRandom(1) })
const of = (kind: string): Transport => ({ ...network.transport('a'), kind })
const [tcp, utp] = [of('tcp'), of('utp')]

test('one transport is a list of one', () => {
  expect(transportsOf(tcp)).toEqual([tcp])
  expect(kindsOf(tcp)).toEqual(['tcp'])
})

test('several stay in their order', () => {
  expect(transportsOf([utp, tcp])).toEqual([utp, tcp])
  expect(kindsOf([utp, tcp])).toEqual(['utp', 'tcp'])
})

test.each<[string, unknown, new () => Error]>([
  ['a list without one', [], RangeError],
  ['two of a kind', [tcp, of('tcp')], RangeError],
  ['what web seeds are called', of('web'), RangeError],
  ['a list with what is none', [tcp, { kind: 'utp' }], TypeError],
  ['a word', 'tcp', TypeError],
])('%s is refused', (_, transports, error) => {
  expect(() => requireTransports(transports)).toThrow(error)
})
