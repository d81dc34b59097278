import { describe, expect, test } from 'vitest'
import { downloading, meet, sent } from '../a-torrent.ts'

const block = (index: number, begin = 0) => ({ index, begin, length: 16_384 })

/** A torrent with piece 1 that has unchoked a peer; what the peer is worth, and what it was told. */
function serving() {
  const torrent = downloading([1])
  const peer = meet(torrent, 'asker', [])
  peer.record.ref?.send({ type: 'torrent.unchoke' })
  const asks = (...requests: readonly ReturnType<typeof block>[]) => peer.report({ type: 'wire.request', requests })
  const events: unknown[] = []
  torrent.actor.on('reputation', (event) => events.push(event))
  return { ...peer, asks, events, rejects: () => sent(peer.told, 'send.reject_request') }
}

describe('a request for a piece we have never announced', () => {
  test('is rejected and costs 5, with the piece as evidence', () => {
    const { asks, events, rejects } = serving()
    asks(block(0))
    expect(rejects()).toEqual([{ type: 'send.reject_request', requests: [block(0)] }])
    const address = { host: 'asker', port: 6881 }
    expect(events).toEqual([
      { type: 'reputation', address, reputation: 95, rule: 'not_announced', change: -5, piece: 0 },
    ])
  })

  test('costs once a piece, however often it is asked for', () => {
    const { asks, events, rejects } = serving()
    asks(block(0), block(0, 16_384), block(1))
    asks(block(0))
    expect(events).toHaveLength(1)
    asks(block(2))
    expect(events).toHaveLength(2)
    expect(rejects()).toHaveLength(3)
  })

  test('costs once for all that come at a time: the first refusal could not be known yet', () => {
    const { asks, events, record, rejects } = serving()
    asks(block(0), block(2), block(3))
    expect(events).toMatchObject([{ reputation: 95, piece: 0 }])
    expect(rejects()).toEqual([{ type: 'send.reject_request', requests: [block(0), block(2), block(3)] }])
    asks(block(3))
    expect(events).toHaveLength(1)
    expect(record.isMember).toBe(true)
  })

  test('costs nothing if it was allowed fast: that may be a piece we lack (BEP 6)', () => {
    const { asks, events, record, rejects } = serving()
    record.ref?.send({ type: 'torrent.allow_fast', index: 3 })
    asks(block(3))
    expect([events.length, rejects().length]).toEqual([0, 1])
  })
})
