import { describe, expect, test } from 'vitest'
import { Incoming, receiveBytesMax } from '../../../transport/utp/incoming.ts'

const byte = (value: number) => Uint8Array.of(value)
const full = (): Uint8Array => new Uint8Array(1380)

/** Whether the next packet is taken: there is room for it. */
function takes(incoming: Incoming, sequence: number, payload: Uint8Array): boolean {
  incoming.data(sequence, payload)
  return incoming.ack === sequence
}

/** Everything in order that was not taken. */
function ready(incoming: Incoming): number[] {
  const bytes: number[] = []
  for (let chunk = incoming.take(1000); chunk; chunk = incoming.take(1000)) bytes.push(...chunk)
  return bytes
}

test('bytes are told in order, whatever order they come in, across the wrap of sequence numbers', () => {
  const incoming = new Incoming(65_533)
  for (const sequence of [1, 65_535, 0, 2]) incoming.data(sequence, byte(sequence & 0xff))
  expect([incoming.hasGap, incoming.readyBytes]).toEqual([true, 0])
  incoming.data(65_534, byte(254))
  expect([incoming.ack, incoming.hasGap]).toEqual([2, false])
  expect(ready(incoming)).toEqual([254, 255, 0, 1, 2])
})

test('what has come before changes nothing, in order and ahead', () => {
  const incoming = new Incoming(0)
  incoming.data(1, byte(1))
  incoming.data(3, byte(3))
  for (const sequence of [1, 3, 0]) incoming.data(sequence, byte(9))
  expect([incoming.ack, incoming.window]).toEqual([1, receiveBytesMax - 2])
  incoming.data(2, byte(2))
  expect(ready(incoming)).toEqual([1, 2, 3])
})

test('an empty packet takes its number, in order and ahead, and there is nothing in it', () => {
  const incoming = new Incoming(0)
  const empty = new Uint8Array(0)
  incoming.data(1, empty)
  incoming.data(3, empty)
  expect([incoming.ack, incoming.hasGap]).toEqual([1, true])
  incoming.data(2, byte(2))
  incoming.data(4, byte(4))
  expect([incoming.ack, incoming.window]).toEqual([4, receiveBytesMax - 2])
  expect(ready(incoming)).toEqual([2, 4])
})

describe('a selective acknowledgement', () => {
  function maskOf(...sequences: number[]): number[] | undefined {
    const incoming = new Incoming(10)
    for (const sequence of sequences) incoming.data(sequence, byte(0))
    const mask = incoming.selectiveAck()
    return mask && [...mask]
  }

  test('is not there when nothing is missing', () => {
    expect(maskOf()).toBeUndefined()
    expect(maskOf(11, 12)).toBeUndefined()
  })

  test('has the second packet behind the acknowledged one in bit 0, the lowest bit of the first byte', () => {
    expect(maskOf(12)).toEqual([1, 0, 0, 0])
    expect(maskOf(14, 19)).toEqual([0b1000_0100, 0, 0, 0])
    expect(maskOf(20)).toEqual([0, 1, 0, 0])
  })

  test('has a multiple of 4 bytes, as many as it takes, 32 at most', () => {
    expect(maskOf(43)).toEqual([0, 0, 0, 0x80])
    expect(maskOf(44)?.length).toBe(8)
    expect(maskOf(12, 2000)?.length).toBe(32)
  })

  test('shrinks when the gap behind which much stood has closed', () => {
    const incoming = new Incoming(0)
    for (let sequence = 2; sequence <= 100; sequence++) incoming.data(sequence, byte(0))
    incoming.data(1, byte(0))
    incoming.data(103, byte(0))
    expect(incoming.selectiveAck()).toEqual(Uint8Array.of(0b10, 0, 0, 0))
  })
})

describe('a FIN', () => {
  test('ends what comes once all before it has come, and is acknowledged with its own number', () => {
    const incoming = new Incoming(0)
    incoming.finish(3)
    expect([incoming.hasEnded, incoming.hasGap, incoming.ack]).toEqual([false, true, 0])
    expect(incoming.selectiveAck()).toEqual(Uint8Array.of(0b10, 0, 0, 0))
    incoming.data(2, byte(2))
    incoming.data(1, byte(1))
    expect([incoming.hasEnded, incoming.hasGap, incoming.ack]).toEqual([true, false, 3])
    expect(ready(incoming)).toEqual([1, 2])
  })

  test('is followed by nothing: data behind it is dropped, whichever came first', () => {
    const incoming = new Incoming(0)
    incoming.data(5, byte(5))
    incoming.data(2, byte(2))
    incoming.finish(3)
    for (const sequence of [4, 3]) incoming.data(sequence, byte(9))
    incoming.data(1, byte(1))
    expect([incoming.hasEnded, incoming.ack, incoming.window]).toEqual([true, 3, receiveBytesMax - 2])
    expect(ready(incoming)).toEqual([1, 2])
  })

  test('that comes again, or a second one elsewhere, changes nothing', () => {
    const incoming = new Incoming(0)
    incoming.finish(2)
    for (const sequence of [2, 1, 9]) incoming.finish(sequence)
    incoming.data(1, byte(1))
    expect(incoming.ack).toBe(2)
  })
})

describe('what is kept is bounded', () => {
  test('by its bytes: the window tells how many more there is room for', () => {
    const incoming = new Incoming(0)
    let sequence = 0
    while (takes(incoming, sequence + 1, full())) sequence++
    expect(sequence).toBe(Math.floor(receiveBytesMax / 1380))
    expect(incoming.window).toBeLessThan(1380)
    incoming.discard()
    expect(incoming.window).toBe(receiveBytesMax)
  })

  test('by what packets of one byte cost', () => {
    const incoming = new Incoming(0)
    let sequence = 0
    while (takes(incoming, sequence + 1, byte(0))) sequence++
    expect(sequence).toBeLessThan(9000)
    expect(incoming.window).toBe(0)
  })

  test('by its bytes, but what stands behind a gap keeps out nothing that closes it', () => {
    const incoming = new Incoming(0)
    let ahead = 4
    while (incoming.window >= 1380) incoming.data(ahead++, full())
    incoming.data(ahead, full())
    for (const sequence of [1, 2, 3]) incoming.data(sequence, full())
    expect([incoming.ack, incoming.window]).toEqual([ahead - 1, 0])
    incoming.data(ahead, full())
    expect(incoming.ack).toBe(ahead - 1)
    incoming.discard()
    expect(incoming.window).toBe(receiveBytesMax)
  })

  test('by its bytes, however long a gap behind which something stands is: twice the window at the most', () => {
    const incoming = new Incoming(0)
    let ahead = 2000
    while (incoming.window >= 1380) incoming.data(ahead++, full())
    let sequence = 0
    while (incoming.ack === sequence) incoming.data(++sequence, full())
    expect(sequence - 1).toBe(Math.floor(receiveBytesMax / 1380))
    expect(incoming.readyBytes).toBeLessThanOrEqual(receiveBytesMax)
  })

  test('by what its datagrams hold: a payload that is small in its datagram is kept without it, in order and ahead', () => {
    const incoming = new Incoming(0)
    const inDatagram = (besideBytes: number) => new Uint8Array(besideBytes + 3).fill(7).subarray(besideBytes)
    incoming.data(2, inDatagram(65_000))
    incoming.data(1, inDatagram(65_000))
    incoming.data(3, inDatagram(54))
    const chunks = Array.from({ length: 3 }, () => incoming.take(1000))
    expect(chunks).toEqual(Array(3).fill(Uint8Array.of(7, 7, 7)))
    expect(chunks.map((chunk) => chunk?.buffer.byteLength)).toEqual([3, 3, 57])
  })

  test('by 4,096 packets ahead of what is missing', () => {
    const incoming = new Incoming(0)
    for (const sequence of [4097, 40_000]) incoming.data(sequence, byte(0))
    incoming.finish(4097)
    expect([incoming.hasGap, incoming.window]).toEqual([false, receiveBytesMax])
    incoming.data(4096, byte(0))
    expect([incoming.hasGap, incoming.window]).toEqual([true, receiveBytesMax - 1])
  })
})
