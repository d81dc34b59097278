import { describe, expect, it } from 'vitest'
import { encodeHandshake, featuresToReserved, readFeatures } from '../../../transport/wire/handshake.ts'
import { hex, toHex } from './record.ts'

const infoHash = hex('000102030405060708090a0b0c0d0e0f10111213')
const peerId = new TextEncoder().encode('-PC0001-ABCDEFGHIJKL')
const all = { extended: true, fast: true, dht: true }
const nothing = { extended: false, fast: false, dht: false }

describe('encodeHandshake', () => {
  it('writes 19, the protocol string, reserved bits, info hash and peer id in 68 bytes (BEP 3)', () => {
    expect(toHex(encodeHandshake({ features: all, infoHash, peerId }))).toBe(
      '13426974546f7272656e742070726f746f636f6c0000000000100005000102030405060708090a0b0c0d0e0f101112132d5043303030312d4142434445464748494a4b4c',
    )
  })

  it('refuses an info hash or a peer id that has not 20 bytes', () => {
    expect(() => encodeHandshake({ features: all, infoHash: new Uint8Array(32), peerId })).toThrow(
      new RangeError('The info hash has 32 bytes, not 20'),
    )
    expect(() => encodeHandshake({ features: all, infoHash, peerId: new Uint8Array(19) })).toThrow(
      new RangeError('The peer id has 19 bytes, not 20'),
    )
  })
})

describe('reserved bits', () => {
  it.each([
    ['no feature', nothing, '0000000000000000'],
    ['the extension protocol (BEP 10)', { ...nothing, extended: true }, '0000000000100000'],
    ['the fast extension (BEP 6)', { ...nothing, fast: true }, '0000000000000004'],
    ['the DHT (BEP 5)', { ...nothing, dht: true }, '0000000000000001'],
    ['all three', all, '0000000000100005'],
  ])('%s', (_, features, reserved) => {
    expect(toHex(featuresToReserved(features))).toBe(reserved)
    expect(readFeatures(hex(reserved))).toEqual(features)
  })

  it('with an unknown meaning are ignored (BEP 4)', () => {
    expect(readFeatures(hex('ffffffffffefffFA'))).toEqual(nothing)
    expect(readFeatures(hex('ffffffffffffffff'))).toEqual(all)
  })
})
