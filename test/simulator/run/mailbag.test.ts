import { expect, test } from 'vitest'
import { type Packet, packetOf } from '../../../simulator/network/packet.ts'
import { Mailbag } from '../../../simulator/run/mailbag.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

const packet = (atMs: number, from: number, to: number, sequence = 0): Packet =>
  packetOf({ atMs, from, to, sequence }, { kind: 'room' })

test('packets are kept until they are handed over, also those for the same part, and the soonest is known', () => {
  const bag = new Mailbag(new SimulatedClock(), 2)
  expect(bag.soonestMs).toBe(Number.POSITIVE_INFINITY)
  for (const one of [packet(30, 2, 4), packet(20, 2, 3), packet(25, 4, 1)]) bag.post(one)
  expect(bag.soonestMs).toBe(20)
  expect(bag.empty().map((packets) => packets.map(({ to }) => to))).toEqual([[4], [3, 1]])
  expect([bag.soonestMs, bag.empty()]).toEqual([Number.POSITIVE_INFINITY, [[], []]])
})

test('packets that arrive at one time do so by their host and in the order they were sent, whatever order they came in', () => {
  const packets = [packet(10, 1, 9, 0), packet(10, 1, 9, 1), packet(10, 2, 9, 0), packet(5, 3, 9, 7)]
  for (const shuffled of [packets, [...packets].reverse(), [packets[2], packets[0], packets[3], packets[1]]]) {
    const arrived: string[] = []
    const clock = new SimulatedClock()
    new Mailbag(clock, 1).deliver(shuffled as Packet[], 0, ({ from, sequence }) => arrived.push(`${from}.${sequence}`))
    while (clock.advanceToNext());
    expect(arrived).toEqual(['3.7', '1.0', '1.1', '2.0'])
  }
})

test('a packet arrives at its very time, whenever it was handed over', () => {
  const clock = new SimulatedClock()
  clock.advance(0.1)
  const times: number[] = []
  new Mailbag(clock, 1).deliver([packet(0.3, 1, 2)], 0.1, () => times.push(clock.now()))
  clock.advanceToNext()
  expect(times).toEqual([0.3])
})

test('a packet that should have arrived already is an error: the parts would not agree on when it did', () => {
  const late = () => new Mailbag(new SimulatedClock(), 1).deliver([packet(9.9, 1, 2)], 10, () => undefined)
  expect(late).toThrow('a packet for 9.9 ms comes when all have run until 10 ms')
})
