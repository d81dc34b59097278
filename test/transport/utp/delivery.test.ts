import { describe, expect, test } from 'vitest'
import { Delivery, waitsMax, worthBytes } from '../../../transport/utp/delivery.ts'
import { Incoming } from '../../../transport/utp/incoming.ts'
import { ScriptedRemote } from './scripted-remote.ts'

/** What has come of a connection, and the calls by which its owner was told, by their bytes. */
function scene() {
  const incoming = new Incoming(0)
  const host = { hasMore: true }
  const calls: number[] = []
  let isWanted = true
  let again = 0
  const delivery = new Delivery(
    host,
    () => isWanted,
    () => again++,
  )
  const handler = {
    opened: () => undefined,
    data: (bytes: Uint8Array) => void calls.push(bytes.length),
    drained: () => undefined,
    closed: () => undefined,
  }
  let sequence = 0
  return {
    host,
    calls,
    incoming,
    pause: () => {
      isWanted = false
    },
    /** A turn in which so many bytes came; answers what the owner was told in all, and how often another turn was asked for. */
    turn: (byteCount: number, most = Number.POSITIVE_INFINITY) => {
      if (byteCount > 0) incoming.data(++sequence, new Uint8Array(byteCount))
      delivery.deliver(incoming, handler, most)
      return [calls, again]
    },
  }
}

describe('what came in a turn', () => {
  test('is handed over at once when the socket has no more', () => {
    const { host, turn } = scene()
    host.hasMore = false
    expect(turn(10)).toEqual([[10], 0])
    expect(turn(10)).toEqual([[10, 10], 0])
  })

  test('waits for what the socket has, and is one call with it', () => {
    const { host, turn } = scene()
    expect(turn(10)).toEqual([[], 1])
    expect(turn(20)).toEqual([[], 2])
    host.hasMore = false
    expect(turn(30)).toEqual([[60], 2])
  })

  test('waits for so many turns at most, whatever comes', () => {
    const { turn } = scene()
    for (let i = 0; i < waitsMax; i++) turn(1)
    expect(turn(0)).toEqual([[waitsMax], waitsMax])
    expect(turn(1)).toEqual([[waitsMax], waitsMax + 1])
  })

  test('waits no longer when it is worth a call, or all that the owner takes at once', () => {
    const { turn } = scene()
    expect(turn(worthBytes - 1)).toEqual([[], 1])
    expect(turn(1)).toEqual([[worthBytes], 1])
    expect(turn(100, 100)).toEqual([[worthBytes, 100], 1])
  })

  test('does not wait when it is the last', () => {
    const { incoming, turn } = scene()
    incoming.finish(2)
    expect(turn(10)).toEqual([[10], 0])
  })

  test('asks for no turn when there is nothing, or its owner is paused', () => {
    const { pause, turn } = scene()
    expect(turn(0)).toEqual([[], 0])
    pause()
    expect(turn(10)).toEqual([[], 0])
  })
})

test('a stream whose socket has more, turn by turn, hands over what came all the same, and acknowledges it at once', () => {
  const remote = ScriptedRemote.connected()
  remote.end.hasMore = true
  remote.data(900, 0, 10)
  expect(remote.end.receivedBytes).toBe(0)
  remote.pass(0)
  expect(remote.end.receivedBytes).toBe(10)
  expect(remote.sent()).toMatchObject([{ ack: 900 }])
})
