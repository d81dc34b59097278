import { describe, expect, test } from 'vitest'
import { createPeerId, decodeClient } from '../../machines/peer-id.ts'

const peerId = (prefix: string): Uint8Array => new TextEncoder().encode(prefix.padEnd(20, 'x'))

describe('decodeClient', () => {
  test.each([
    ['-qB4650-', 'qBittorrent 4.6.5'],
    ['-qB46A0-', 'qBittorrent 4.6.10'],
    ['-LT2090-', 'libtorrent 2.0.9'],
    ['-lt0E21-', 'rTorrent 0.14.2.1'],
    ['-TR2940-', 'Transmission 2.94'],
    ['-TR4060-', 'Transmission 4.0.6'],
    ['-DE211s-', 'Deluge 2.1.1'],
    ['-UT355W-', '\u00b5Torrent 3.5.5'],
    ['-WW0201-', 'WebTorrent 2.1'],
    ['-PC0001-', 'peerchart 0.0.0.1'],
  ])('%s is %s (BEP 20)', (prefix, client) => {
    expect(decodeClient(peerId(prefix))).toBe(client)
  })

  test.each([
    ['A2-1-36-0-', 'aria2 1.36.0'],
    ['A2-1-4-12-', 'aria2 1.4.12'],
    ['M7-9-2--', 'Mainline 7.9.2'],
    ['M7-10-12-', 'Mainline 7.10.12'],
    ['Q1-23-4-', 'Queen Bee 1.23.4'],
    ['T03I-----', 'BitTornado 0.3.18'],
    ['S58B-----', 'Shadow 5.8.11'],
    ['A310--001', 'ABC 3.1.0'],
    ['R26---', 'Tribler 2.6'],
    ['OP7685', 'Opera 7685'],
    ['TIX0193', 'Tixati 1.93'],
    ['-ML2.7.2-', 'MLDonkey 2.7.2'],
    ['XBT054d-', 'XBT 0.5.4'],
    ['btpd/0.15/', 'btpd 0.15'],
    ['A2-1-2-\u0000\u0000', 'aria2 1.2'],
    ['exbc\u0000\u0046', 'BitComet 0.70'],
    ['exbc\u0001\u0005', 'BitComet 1.05'],
    ['FUTB\u0000\u003b', 'BitComet 0.59'],
    ['exbc\u0000\u0038LORD', 'BitLord 0.56'],
    ['Mbrst1-1-2', 'Burst 1.1.2'],
    ['346-', 'TorrentTopia'],
  ])('%s is %s, in a style of its own (BEP 20)', (prefix, client) => {
    expect(decodeClient(peerId(prefix))).toBe(client)
  })

  test.each([
    ['a code nobody is known by', '-ZZ1234-'],
    ['a code in the wrong case', '-QB4650-'],
    ['no closing dash', '-qB4650x'],
    ['a version with control characters', '-qB4\u001b50-'],
    ['another style with control characters', 'A2-1-\u001b6-0-'],
    ['a version that does not end', 'A2-1-36-0x'],
    ['a short version that something follows', 'A2-1-2-x'],
    ['two bytes that are no version', 'exbcxx'],
    ['no letters at all', '\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000'],
  ])('%s is unknown', (_, prefix) => {
    expect(decodeClient(peerId(prefix))).toBe('unknown')
  })

  test('a short peer id is unknown, never an error', () => {
    expect(decodeClient(new Uint8Array())).toBe('unknown')
    expect(decodeClient(peerId('-qB4650-').subarray(0, 7))).toBe('unknown')
  })
})

describe('createPeerId', () => {
  test('is our prefix and 12 bytes of the random source (BEP 20)', () => {
    let step = 0
    const random = () => step++ / 20
    const id = createPeerId(random)
    expect(id).toHaveLength(20)
    expect(decodeClient(id)).toBe('peerchart 0.1.0')
    expect([...id.subarray(8)]).toEqual([102, 115, 128, 140, 153, 166, 179, 192, 204, 217, 230, 243])
  })
})
