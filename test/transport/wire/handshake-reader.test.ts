import { expect, test } from 'vitest'
import { Carry } from '../../../transport/wire/carry.ts'
import { handshakeLayout, protocolHeader } from '../../../transport/wire/handshake.ts'
import { readHandshake } from '../../../transport/wire/handshake-reader.ts'

const handshake = Uint8Array.from({ length: handshakeLayout.end }, (_, i) => protocolHeader[i] ?? i)
const named = { reserved: handshake.slice(20, 28), infoHash: handshake.slice(28, 48) }
const peerId = handshake.slice(48)

test('a whole handshake is read, and not what stands behind it', () => {
  const carry = new Carry()
  expect(readHandshake(carry, Uint8Array.of(...handshake, 1, 2))).toEqual({ at: 68, named, peerId })
  expect(carry.length).toBe(0)
})

test('byte by byte the info hash is told as soon as it is whole, once, and the peer id at the end', () => {
  const carry = new Carry()
  const news = [...handshake].map((byte) => readHandshake(carry, Uint8Array.of(byte)))
  expect(news.flatMap(({ at, ...told }, i) => (Object.keys(told).length > 0 ? [[i, told]] : []))).toEqual([
    [47, { named }],
    [67, { peerId }],
  ])
})

test('what is told is not the memory that is read into', () => {
  const chunk = handshake.slice()
  const told = readHandshake(new Carry(), chunk)
  chunk.fill(0)
  expect(told.named).toEqual(named)
  expect(told.peerId).toEqual(peerId)
})

test('the first byte of the protocol string that is wrong ends it', () => {
  const wrong = handshake.slice(0, 3)
  wrong[2] = 0x58
  expect(readHandshake(new Carry(), wrong)).toEqual({ at: 3, fault: 'byte 2 of the handshake is 88, not 105' })
})
