import { expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import { concat } from '../transport/wire/record.ts'
import { type Encounter, handshakeOf, meet, meetOpen } from './remote.ts'

/** It has ended for this reason, and no timer goes on. */
function expectEnd({ clock, us, remote, state }: Encounter, reason: object): void {
  expect(us.closeReason).toMatchObject(reason)
  expect(state).toBe('closed')
  remote.connection.destroy()
  clock.advance(0)
  expect(clock.pending).toBe(0)
}

test.each(['in', 'out'] as const)('a remote that never says a word is gone after 10 s (direction %s)', (direction) => {
  const encounter = meet({ direction, encryption: 'none' })
  encounter.clock.advance(delays.handshakeMs - 2)
  expect(encounter.state).toEqual({ handshaking: 'awaiting_info_hash' })
  encounter.clock.advance(2)
  expectEnd(encounter, { source: 'timeout', code: 'handshake' })
})

test('a remote that drips its handshake, a byte a second, gets 10 s for all of it', () => {
  const encounter = meet({ encryption: 'none' })
  const handshake = handshakeOf()
  for (let i = 0; i < 9; i++) {
    encounter.remote.send(handshake.subarray(i, i + 1))
    encounter.clock.advance(1000)
  }
  expect(encounter.state).toEqual({ handshaking: 'awaiting_info_hash' })
  encounter.clock.advance(1000)
  expectEnd(encounter, { source: 'timeout', code: 'handshake' })
})

test('a handshake dripped faster than that is fine', () => {
  const encounter = meet()
  for (const byte of handshakeOf()) {
    encounter.remote.send(Uint8Array.of(byte))
    encounter.clock.advance(100)
  }
  expect(encounter.state).toBe('open')
})

test('a remote that keeps its peer id back gets our answer, and 10 s', () => {
  const encounter = meet()
  encounter.remote.send(handshakeOf().subarray(0, 48))
  encounter.clock.advance(1)
  encounter.remote.expectHandshake(0)
  expect(encounter.remote.heard).toEqual([])
  encounter.clock.advance(delays.handshakeMs)
  expectEnd(encounter, { source: 'timeout', code: 'handshake' })
})

test('garbage is cut at its first wrong byte, unanswered', () => {
  const encounter = meet({ encryption: 'none' })
  encounter.remote.send(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))
  encounter.clock.advance(1)
  expect(encounter.remote.take()).toEqual(new Uint8Array())
  expectEnd(encounter, { source: 'remote', code: 'bad_protocol_string' })
})

test('messages before the handshake are garbage', () => {
  const encounter = meet({ encryption: 'none' })
  encounter.remote.say({ name: 'unchoke' }, { name: 'have', index: 0 })
  encounter.clock.advance(1)
  expectEnd(encounter, { source: 'remote', code: 'bad_protocol_string' })
})

test('a second handshake is a frame too long: its first four bytes read as a length', () => {
  const encounter = meetOpen()
  encounter.remote.greet()
  encounter.clock.advance(1)
  expectEnd(encounter, { source: 'remote', code: 'frame_too_long' })
})

test('what stands in one read behind the handshake is not lost', () => {
  const encounter = meet()
  encounter.remote.send(concat([handshakeOf(), encodeMessages({ name: 'have_all' }, { name: 'unchoke' })]))
  encounter.clock.advance(1)
  expect(encounter.us.peer.actor.getSnapshot().value).toMatchObject({
    availability: 'complete',
    peer_choking: 'not_choking',
  })
})

test('what stands in one read behind a fault does not count', () => {
  const encounter = meet()
  const bits = Uint8Array.of(0xff, 0xff)
  encounter.remote.send(
    concat([handshakeOf(), encodeMessages({ name: 'bitfield', bits }, { name: 'have_all' }, { name: 'unchoke' })]),
  )
  encounter.clock.advance(1)
  const told = encounter.us.news.map(({ type }) => type)
  expect(told).toEqual(['peer.handshaken', 'peer.opened', 'peer.reputation', 'peer.closing', 'peer.closed'])
  expectEnd(encounter, { source: 'remote', code: 'bitfield_invalid' })
})
