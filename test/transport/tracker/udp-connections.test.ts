import { expect, test } from 'vitest'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { connectionMs, connectionsMax, UdpConnections } from '../../../transport/tracker/udp-connections.ts'

const trackerOf = (n: number) => ({ host: '192.0.2.1', port: n + 1 })

test('a connection id holds for a minute, of the tracker that gave it, until it is forgotten', () => {
  const clock = new SimulatedClock()
  const connections = new UdpConnections(clock)
  connections.note(trackerOf(0), 7n)
  clock.advance(connectionMs - 1)
  expect([connections.of(trackerOf(0)), connections.of(trackerOf(1))]).toEqual([7n, undefined])
  clock.advance(1)
  expect(connections.of(trackerOf(0))).toBeUndefined()
  connections.note(trackerOf(0), 8n)
  connections.forget(trackerOf(0))
  expect(connections.of(trackerOf(0))).toBeUndefined()
})

test('of too many the oldest is forgotten', () => {
  const connections = new UdpConnections(new SimulatedClock())
  for (let n = 0; n <= connectionsMax; n++) connections.note(trackerOf(n), BigInt(n))
  expect([connections.of(trackerOf(0)), connections.of(trackerOf(1))]).toEqual([undefined, 1n])
})
