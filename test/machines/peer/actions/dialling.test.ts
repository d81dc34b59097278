import { describe, expect, test } from 'vitest'
import { Drive } from '../drive.ts'

describe('connecting', () => {
  test('the torrent is told of the peer at once, and the dial is timed', () => {
    const { told, sent, started } = new Drive().first
    expect(told).toMatchObject([{ type: 'peer.started', peer: 7 }])
    expect(sent).toEqual([])
    expect(started).toEqual([{ type: 'timer.connect', delayMs: 15_000 }])
  })

  test('the open socket ends the timers of the dial and starts the handshake timer', () => {
    const { started, cancelled } = new Drive().take({ type: 'transport.opened' })
    expect(cancelled).toEqual(['connect', 'remaining'])
    expect(started).toEqual([{ type: 'timer.handshake', delayMs: 10_000 }])
  })

  test('a dial without an answer ends as timeout.connect', () => {
    const peer = new Drive()
    expect(peer.take({ type: 'timer.connect' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'timeout', code: 'connect' })
  })

  test('a refused dial is closed at once, with the reason of the transport', () => {
    const peer = new Drive()
    const { told } = peer.take({ type: 'transport.closed', end: { code: 'refused', detail: 'nobody' } })
    const reason = { source: 'transport', code: 'refused', detail: 'nobody' }
    expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 100 }])
    expect(peer.value.handshake).toBe('closed')
  })

  test.each([
    ['refused', [{ type: 'timer.remaining', delayMs: 3_000 }]],
    ['unreachable', []],
  ] as const)(
    'of a dial by two transports of which one is %s the other has as long as a host takes that is there',
    (code, timers) => {
      const peer = new Drive({ ways: ['memory', 'tcp'] })
      peer.take({ type: 'timer.attempt' })
      const { started } = peer.take({ type: 'transport.failed', kind: 'memory', end: { code } })
      expect(started).toEqual(timers)
      peer.take({ type: 'timer.remaining' })
      const detail = `${code} by memory, no answer by tcp`
      expect(peer.context.closeReason).toEqual({ source: 'timeout', code: 'connect', detail })
    },
  )

  test('a transport that opens ends the wait for the turn of the next', () => {
    const peer = new Drive({ ways: ['memory', 'tcp'] })
    expect(peer.first.started).toContainEqual({ type: 'timer.attempt', delayMs: 250 })
    expect(peer.take({ type: 'transport.opened' }).cancelled).toContain('attempt')
  })

  test('the dial timer means nothing once the socket is open', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' }, { type: 'timer.connect' })
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_info_hash' })
  })
})

describe('a dial by several transports (RFC 8305)', () => {
  const turn = { type: 'timer.attempt' } as const
  const failed = (kind: string, code: 'refused' | 'unreachable') =>
    ({ type: 'transport.failed', kind, end: { code } }) as const
  const dials = (kind: string) => [{ type: 'link.dial', kind }]

  test('tries each when its turn comes, beside those under way', () => {
    const peer = new Drive({ ways: ['memory', 'tcp', 'hand'] })
    expect(peer.take(turn)).toMatchObject({ sent: dials('tcp'), started: [{ type: 'timer.attempt', delayMs: 250 }] })
    expect(peer.value.handshake).toEqual({ connecting: 'staggered' })
    expect(peer.take(turn)).toMatchObject({ sent: dials('hand'), started: [] })
    expect(peer.value.handshake).toEqual({ connecting: 'trying' })
  })

  test('tries the next at once when nothing is under way any more, and not before', () => {
    const peer = new Drive({ ways: ['memory', 'tcp', 'hand'] })
    peer.take(turn)
    expect(peer.take(failed('memory', 'unreachable')).sent).toEqual([])
    expect(peer.value.handshake).toEqual({ connecting: 'staggered' })
    expect(peer.take(failed('tcp', 'unreachable'))).toMatchObject({ sent: dials('hand'), cancelled: ['attempt'] })
    expect(peer.value.handshake).toEqual({ connecting: 'trying' })
    expect(peer.context.failedAttempts.map(({ kind }) => kind)).toEqual(['memory', 'tcp'])
  })

  test('is over when the last of them has failed', () => {
    const peer = new Drive({ ways: ['memory', 'tcp'] })
    expect(peer.take(turn, failed('memory', 'unreachable')).told).toEqual([])
    const { told } = peer.take(failed('tcp', 'refused'))
    const reason = { source: 'transport', code: 'refused', detail: 'unreachable by memory, refused by tcp' }
    expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 100 }])
    expect(peer.value.handshake).toBe('closed')
  })

  test('that is given up is cut: nothing was said', () => {
    const peer = new Drive({ ways: ['memory', 'tcp'] })
    expect(peer.take({ type: 'torrent.close', code: 'requested' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.value.handshake).toBe('closing')
  })
})
