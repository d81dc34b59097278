import { expect, test } from 'vitest'
import { limits } from '../../machines/peer/vocabulary/delays.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { writeHighWaterBytes } from '../../transport/transport.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { everything } from '../pair.ts'
import { meetOpen } from './remote.ts'

const requests = (count: number): Message => ({
  name: 'request',
  requests: Array.from({ length: count }, (_, i) => ({ index: i % 9, begin: 0, length: 16_384 })),
})

test('a remote that asks for blocks and never reads them holds a bounded queue', () => {
  const { clock, us, remote, queuedBytesMax } = reluctant()
  us.peer.unchoke()
  for (let i = 0; i < 100; i++) {
    remote.say(requests(100))
    clock.advance(500)
  }
  expect(queuedBytesMax()).toBeLessThan(writeHighWaterBytes + limits.uploadWindowBytes + 200_000)
})

test('a remote that asks while we choke, and never reads the rejects, is cut for asking long before they pile up', () => {
  const { clock, us, remote, queuedBytesMax } = reluctant()
  for (let i = 0; i < 100; i++) {
    remote.say(requests(500))
    clock.advance(10)
  }
  expect(us.closeReason).toEqual({ source: 'remote', code: 'request_flood' })
  expect(queuedBytesMax()).toBeLessThan(200_000)
})

test('a remote that never reads is cut when 4 MiB wait for it', () => {
  const { clock, us, remote, state, queuedBytesMax } = reluctant()
  for (let i = 0; i < 300 && us.closeReason === undefined; i++) {
    us.peer.transport.send({ type: 'send.piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(16_384) }] })
    clock.advance(10)
  }
  expect(us.closeReason).toEqual({ source: 'remote', code: 'not_reading' })
  expect(state()).toBe('closed')
  expect(queuedBytesMax()).toBeLessThan(limits.writeQueueBytes + 1024 * 1024)
  remote.connection.destroy()
  clock.advance(0)
  expect(clock.pending).toBe(0)
})

test('a remote that does not read our last words is cut after 5 s', () => {
  const encounter = reluctant()
  const { clock, us, remote } = encounter
  us.peer.unchoke()
  remote.say(requests(100))
  clock.advance(1000)
  us.peer.stop()
  clock.advance(4999)
  expect(encounter.state()).toBe('closing')
  clock.advance(1)
  expect(encounter.state()).toBe('closed')
  expect(us.closeReason).toEqual({ source: 'local', code: 'requested' })
  remote.connection.destroy()
  clock.advance(0)
  expect(clock.pending).toBe(0)
})

test('466,000 haves are said as the remote reads, and are no reason to cut it (BEP 3)', () => {
  const pieces = 466_000
  const encounter = meetOpen()
  const { clock, us, remote } = encounter
  remote.connection.pause()
  us.peer.transport.send({ type: 'send.haves', pieces: PieceSet.all(pieces) })
  clock.advance(10_000)
  expect(encounter.queuedBytes).toBeLessThan(writeHighWaterBytes + 100_000)
  us.peer.unchoke()
  remote.connection.resume()
  clock.advance(10_000)
  expect(us.closeReason).toBeUndefined()
  const haves = remote.heard.filter(({ name }) => name === 'have')
  expect(haves).toHaveLength(pieces)
  expect(haves.at(-1)).toEqual({ name: 'have', index: pieces - 1 })
})

/** An open peer beside a remote that has stopped reading. */
function reluctant() {
  const encounter = meetOpen({ have: everything })
  const { clock, us, remote } = encounter
  remote.connection.pause()
  let most = 0
  us.peer.actor.subscribe(() => {
    most = Math.max(most, encounter.queuedBytes)
  })
  return { clock, us, remote, state: () => encounter.state, queuedBytesMax: () => most }
}
