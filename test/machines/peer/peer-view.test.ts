import { expect, test } from 'vitest'
import { isEnding, peerIdOf, viewOf } from '../../../machines/peer/peer-view.ts'
import { filesBelow, read } from '../../source-tree.ts'
import { downloading, meet } from '../torrent/a-torrent.ts'

test('a peer stands as its own chart has it when its news is taken', () => {
  const torrent = downloading()
  const { record, report } = meet(torrent, '10.0.0.2', [0])
  const before = viewOf(record)
  report({ type: 'wire.interested' })
  expect([before, viewOf(record)].map((view) => view?.value.peer_interested)).toEqual(['not_interested', 'interested'])
  expect(viewOf(record)).toBe(record.ref?.getSnapshot())
})

test('before the actor of a peer runs there is nothing to see', () => {
  const peer = { ref: undefined }
  expect([viewOf(peer), peerIdOf(peer), isEnding(peer)]).toEqual([undefined, '', false])
})

test('a peer is known by what its handshake said, and is ending from when it closes until it is gone', () => {
  const { record, report } = meet(downloading(), 'b', [], { name: 'b' })
  expect([peerIdOf(record), isEnding(record)]).toEqual([Buffer.from('b'.padEnd(20, '-')).toString('hex'), false])
  record.ref?.send({ type: 'torrent.close', code: 'stopped' })
  expect([viewOf(record)?.value.handshake, isEnding(record)]).toEqual(['closing', true])
  report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect([viewOf(record)?.value.handshake, isEnding(record)]).toEqual(['closed', true])
})

test('the snapshot of another actor is looked at through the one door of its kind: that of a peer, a tracker, a DHT, a web seed, a core', () => {
  /** An actor asks whether a snapshot is its own. */
  const ofItself = ['machines/persistence/living.ts']
  /** What is explained is whatever its caller hands over. */
  const doors = [
    'machines/deciding.ts',
    'machines/peer/peer-view.ts',
    'machines/torrent/announcing/tracker-list.ts',
    'machines/torrent/searching/dht-view.ts',
    'machines/torrent/web-seeds/web-seed-list.ts',
    ...ofItself,
  ]
  const strays = filesBelow('machines')
    .filter((path) => !path.startsWith('machines/explain/') && !doors.includes(path))
    .filter((path) => /^(?!\s*\*|\s*\/).*\.getSnapshot\b/m.test(read(path)))
  expect(strays).toEqual([])
})
