import { expect, test } from 'vitest'
import { delays, limits } from '../../machines/peer/vocabulary/delays.ts'
import { talkBudget } from '../../machines/peer/vocabulary/talk.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { everything } from '../pair.ts'
import { type Encounter, meetOpen } from './remote.ts'

function expectEnd({ clock, us, remote, state }: Encounter, reason: object): void {
  expect(us.closeReason).toMatchObject(reason)
  expect(state).toBe('closed')
  remote.connection.destroy()
  clock.advance(0)
  expect(clock.pending).toBe(0)
}

const block = (index: number) => ({ index: index % 9, begin: 0, length: 16_384 })
const request = (count: number): Message => ({
  name: 'request',
  requests: Array.from({ length: count }, (_, i) => block(i)),
})

test('a frame of 4 GiB is refused by its length, before any of it is kept', () => {
  const encounter = meetOpen()
  encounter.remote.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 7))
  encounter.clock.advance(1)
  expectEnd(encounter, { source: 'remote', code: 'frame_too_long' })
})

test('messages with ids nobody defined are skipped, but not a flood of them', () => {
  const encounter = meetOpen()
  const unknown = Uint8Array.of(0, 0, 0, 2, 99, 0)
  encounter.remote.send(...Array.from({ length: talkBudget.atOnce }, () => unknown))
  encounter.clock.advance(1)
  expect(encounter.state).toBe('open')
  encounter.remote.send(unknown)
  encounter.clock.advance(1)
  expectEnd(encounter, { source: 'remote', code: 'message_flood' })
})

test('a message whose length does not fit its id is refused', () => {
  const encounter = meetOpen()
  encounter.remote.send(Uint8Array.of(0, 0, 0, 4, 4, 0, 0, 0))
  encounter.clock.advance(1)
  expectEnd(encounter, { source: 'remote', code: 'bad_length' })
})

test('a flood of requests while we choke is rejected one by one (BEP 6)', () => {
  const encounter = meetOpen({ have: everything })
  encounter.remote.say(request(3000))
  encounter.clock.advance(1000)
  expect(encounter.remote.all('reject_request')).toHaveLength(3000)
  expect(encounter.us.peer.actor.getSnapshot().context).toMatchObject({ queued: [], serving: [] })
})

test('of a flood of requests at most reqq are kept; every one gets one answer (BEP 6)', () => {
  const encounter = meetOpen({ have: everything })
  encounter.us.peer.unchoke()
  let most = 0
  encounter.us.peer.actor.subscribe(({ context }) => {
    most = Math.max(most, context.queued.length + context.serving.length)
  })
  encounter.remote.say(request(3000))
  encounter.clock.advance(60_000)
  expect(most).toBeLessThanOrEqual(limits.reqq)
  expect(encounter.remote.all('reject_request').length + encounter.remote.all('piece').length).toBe(3000)
})

test('tiny pieces nobody asked for end it at the first, with Fast (BEP 6)', () => {
  const encounter = meetOpen()
  encounter.remote.say({ name: 'piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(1) }] })
  encounter.clock.advance(1)
  expectEnd(encounter, { source: 'remote', code: 'piece_unrequested' })
})

test('and without Fast when 64 of them have come, however short', () => {
  const encounter = meetOpen({}, { fast: false })
  const tiny: Message = { name: 'piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(1024) }] }
  for (let i = 0; i < 64; i++) encounter.remote.say(tiny)
  encounter.clock.advance(100)
  expect(encounter.state).toBe('open')
  encounter.remote.say(tiny)
  encounter.clock.advance(100)
  expectEnd(encounter, { source: 'remote', code: 'piece_unrequested' })
})

test('tiny pieces in place of the block that was asked for are not that block', () => {
  const encounter = meetOpen()
  encounter.remote.say({ name: 'have_all' }, { name: 'unchoke' })
  encounter.clock.advance(1)
  encounter.us.peer.request(0, 0, 16_384)
  encounter.remote.say({ name: 'piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(1) }] })
  encounter.clock.advance(1)
  expect(encounter.us.blocks).toEqual([])
  expectEnd(encounter, { source: 'remote', code: 'piece_unrequested' })
})

test('a remote that falls silent is gone after 150 s, whatever it owes', () => {
  const encounter = meetOpen()
  encounter.clock.advance(delays.inactivityMs - delays.tickMs)
  expect(encounter.state).toBe('open')
  encounter.clock.advance(2 * delays.tickMs)
  expectEnd(encounter, { source: 'timeout', code: 'inactivity' })
})

test('a remote that only keeps alive stays, unanswered requests are taken back', () => {
  const encounter = meetOpen()
  encounter.remote.say({ name: 'have_all' }, { name: 'unchoke' })
  encounter.clock.advance(1)
  encounter.us.peer.request(0, 0, 16_384)
  for (let i = 0; i < 10; i++) {
    encounter.remote.say({ name: 'keep_alive' })
    encounter.clock.advance(60_000)
  }
  expect(encounter.state).toBe('open')
  expect(encounter.us.news.at(-1)).toMatchObject({ type: 'peer.released', cause: 'timed_out' })
})
