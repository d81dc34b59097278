import { expect, test } from 'vitest'
import { datagramBytesMax, PacketSize } from '../../../transport/utp/packet-size.ts'

function afterLosses(count: number, bytes = 1400): PacketSize {
  const size = new PacketSize(datagramBytesMax[4])
  for (let i = 0; i < count; i++) size.lost(bytes)
  return size
}

test('a datagram has 1,400 bytes over IPv4 and 1,232 over IPv6', () => {
  expect([new PacketSize(datagramBytesMax[4]).bytes, new PacketSize(datagramBytesMax[6]).bytes]).toEqual([1400, 1232])
})

test('small packets are tried after five full ones were lost on end', () => {
  expect(afterLosses(4).bytes).toBe(1400)
  expect(afterLosses(5).bytes).toBe(548)
})

test('a full packet that arrives between the losses is proof enough', () => {
  const size = afterLosses(4)
  size.arrived(1400)
  size.lost(1400)
  expect(size.bytes).toBe(1400)
})

test('packets stay small once a small one arrived while full ones are lost', () => {
  const size = afterLosses(5)
  size.arrived(548)
  size.arrived(1400)
  expect(size.bytes).toBe(548)
})

test('packets are full again when a full one arrives before any small one', () => {
  const size = afterLosses(5)
  size.arrived(1400)
  expect(size.bytes).toBe(1400)
})

test('small packets that are lost say nothing of full ones', () => {
  expect(afterLosses(20, 500).bytes).toBe(1400)
})
