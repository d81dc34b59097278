import { expect, test } from 'vitest'
import { MessageCounter, Tally } from '../../../simulator/run/tally.ts'

const message = (id: number, payload: Uint8Array = new Uint8Array(0)) => {
  const bytes = new Uint8Array(5 + payload.length)
  new DataView(bytes.buffer).setUint32(0, 1 + payload.length)
  bytes[4] = id
  bytes.set(payload, 5)
  return bytes
}

const said = Buffer.concat([
  new Uint8Array(68),
  message(2),
  new Uint8Array(4),
  message(7, new Uint8Array(8 + 100)),
  message(4, new Uint8Array(4)),
  message(99),
])

test.each([1, 3, 7, 72, 1_000])('messages are found however they are cut: %i bytes a chunk', (size) => {
  const tally = new Tally()
  const counter = new MessageCounter(tally)
  for (let at = 0; at < said.length; at += size) counter.wrote(said.subarray(at, at + size))
  expect(tally.messages).toEqual({ interested: 1, keep_alive: 1, piece: 1, have: 1, unknown: 1 })
  expect(tally.payloadBytes).toBe(100)
})
