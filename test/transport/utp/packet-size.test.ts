import { expect, test } from 'vitest'
import { datagramBytesMax, PacketSize, smallBytes } from '../../../transport/utp/packet-size.ts'

function afterLostProbes(count: number): PacketSize {
  const size = new PacketSize(datagramBytesMax[4])
  for (let i = 0; i < count; i++) {
    size.probing()
    size.probeLost()
  }
  return size
}

test('datagrams are small until a full one has arrived, which has 1,400 bytes over IPv4 and 1,232 over IPv6', () => {
  for (const full of [1400, 1232]) {
    const size = new PacketSize(full)
    expect([size.bytes, size.probeBytes]).toEqual([smallBytes, full])
    size.arrived(smallBytes)
    expect(size.bytes).toBe(smallBytes)
    size.arrived(full)
    expect([size.bytes, size.probeBytes]).toEqual([full, undefined])
  }
  expect(datagramBytesMax).toEqual({ 4: 1400, 6: 1232 })
})

test('one probe is under way at a time', () => {
  const size = new PacketSize(1400)
  size.probing()
  expect(size.probeBytes).toBeUndefined()
  size.probeLost()
  expect(size.probeBytes).toBe(1400)
})

test('after five probes that were lost packets stay small', () => {
  expect([afterLostProbes(4).probeBytes, afterLostProbes(5).probeBytes]).toEqual([1400, undefined])
  expect(afterLostProbes(5).bytes).toBe(smallBytes)
})

test('where full packets are small ones nothing is to be found out', () => {
  const size = new PacketSize(500)
  expect([size.bytes, size.probeBytes]).toEqual([500, undefined])
})
