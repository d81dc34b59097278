import { describe, expect, test } from 'vitest'
import { patternedBytes } from '../../storage/support.ts'
import { dataOf, metadata, serving } from './metadata-peers.ts'

describe('serving', () => {
  test('gives each piece, byte for byte, and rejects those there are not', () => {
    const { meet, say, sent } = serving()
    meet(1)
    for (const piece of [0, 2, 3]) say(1, { type: 'request', piece })
    expect(sent()).toEqual([
      { peer: 1, message: dataOf(metadata, 0) },
      { peer: 1, message: dataOf(metadata, 2) },
      { peer: 1, message: { type: 'reject', piece: 3 } },
    ])
  })

  test('counts a flood for each peer apart', () => {
    const { meet, say, sent, told } = serving()
    meet(1)
    meet(2)
    for (let i = 0; i < 64 + 256; i++) say(1, { type: 'request', piece: 0 })
    expect(told).toEqual([])
    say(1, { type: 'request', piece: 0 })
    expect(told).toEqual([{ type: 'extension.fault', peer: 1, code: 'metadata_flood' }])
    sent()
    say(2, { type: 'request', piece: 1 })
    expect(sent()).toEqual([{ peer: 2, message: dataOf(metadata, 1) }])
  })

  test('of 6 MiB asked for at once, gives 1 MiB a second, in order, every piece once', () => {
    const bytes = patternedBytes(6 * 1024 * 1024)
    const { meet, say, sent, tick, told } = serving(bytes)
    meet(1)
    const pieces = [...Array(384).keys()]
    for (const piece of pieces) say(1, { type: 'request', piece })
    const seconds = [sent()]
    for (let second = 1; second <= 6; second++) {
      tick()
      seconds.push(sent())
    }
    expect(seconds.map(({ length }) => length)).toEqual([64, 64, 64, 64, 64, 64, 0])
    const given = seconds.flat().flatMap(({ message }) => (message?.type === 'data' ? [message] : []))
    expect(given.map(({ piece }) => piece)).toEqual(pieces)
    expect(Buffer.compare(Buffer.concat(given.map(({ data }) => data)), bytes)).toBe(0)
    expect(told).toEqual([])
  })

  test('gives nothing to a socket that is full, and goes on when it has drained', () => {
    const { happens, meet, say, sent, tick } = serving()
    meet(1)
    happens(1, { type: 'transport.congested' })
    for (const piece of [2, 0, 1]) say(1, { type: 'request', piece })
    tick()
    expect(sent()).toEqual([])
    happens(1, { type: 'transport.drained' })
    tick()
    expect(sent()).toEqual([2, 0, 1].map((piece) => ({ peer: 1, message: dataOf(metadata, piece) })))
  })

  test('leaves half of a limit to blocks', () => {
    const { happens, meet, say, sent, tick } = serving(patternedBytes(2 * 1024 * 1024))
    meet(1)
    happens(1, { type: 'transport.limits', down: Number.POSITIVE_INFINITY, up: 65_536 })
    for (let piece = 0; piece < 128; piece++) say(1, { type: 'request', piece })
    const seconds = [sent().length]
    for (let second = 1; second <= 3; second++) {
      tick()
      seconds.push(sent().length)
    }
    expect(seconds).toEqual([2, 2, 2, 2])
  })

  test('gives nothing more to who left or takes no messages of it, and others what they wait for', () => {
    const { greet, leave, meet, say, sent, tick } = serving(patternedBytes(2 * 1024 * 1024))
    for (const peer of [1, 2, 3]) {
      meet(peer)
      for (let piece = 0; piece < 128; piece++) say(peer, { type: 'request', piece })
    }
    sent()
    leave(1)
    greet(2, undefined, 0)
    tick()
    expect(sent().map(({ peer }) => peer)).toEqual(Array(64).fill(3))
  })

  test('gives no more to who connects anew', () => {
    const { leave, meet, say, sent } = serving()
    let given = 0
    for (let peer = 1; peer <= 10; peer++) {
      meet(peer, undefined, '10.0.0.1')
      for (let i = 0; i < 100; i++) say(peer, { type: 'request', piece: 0 })
      given += sent().filter(({ message }) => message?.type === 'data').length
      leave(peer)
    }
    expect(given).toBe(64)
  })
})
