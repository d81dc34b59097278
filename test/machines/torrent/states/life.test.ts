import { expect, test } from 'vitest'
import { aTorrent, downloading, layout, piecesOf, stateOf } from '../a-torrent.ts'

const checking = () => {
  const torrent = aTorrent()
  const emitted: string[] = []
  for (const type of ['verified', 'progress', 'done'] as const) torrent.actor.on(type, () => emitted.push(type))
  torrent.actor.send({ type: 'torrent.start' })
  return { ...torrent, emitted }
}

test('asks the storage once, and does not listen for peers meanwhile', () => {
  const torrent = checking()
  expect(torrent.toStorage).toMatchObject([{ type: 'storage.check' }])
  expect(torrent.running.size).toBe(0)
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 1 } })
  expect(torrent.sockets).toEqual([])
})

test('what verifies is ours; it is told, and done only when that is everything', () => {
  const some = checking()
  some.hear({ type: 'storage.checked', have: piecesOf([1, 2]) })
  expect(some.core.have.count).toBe(2)
  expect(some.emitted).not.toContain('done')
  const all = checking()
  all.hear({ type: 'storage.checked', have: piecesOf([...Array(layout.pieceCount).keys()]) })
  expect(all.emitted.filter((type) => type === 'done')).toHaveLength(1)
})

test('a stop does not wait for the check, whose late answer changes nothing', () => {
  const torrent = checking()
  torrent.actor.send({ type: 'torrent.stop' })
  expect(stateOf(torrent)).toBe('stopped')
  torrent.hear({ type: 'storage.checked', have: piecesOf([1]) })
  expect(stateOf(torrent)).toBe('stopped')
  expect(torrent.core.have.isNone).toBe(true)
})

test('fails, and is in no error, as the code of its searches in the DHT throws', () => {
  const torrent = downloading()
  torrent.actor.on('failed', () => {})
  // No node is provided.
  torrent.actor.send({ type: 'dht.run', infoHash: 'ab'.repeat(20) })
  expect([stateOf(torrent), torrent.actor.getSnapshot().status]).toEqual(['failed', 'active'])
})

test.each(['stopped', 'running'])(
  'waits for no port any more when it is told that nobody listens for it: %s',
  (life) => {
    const { actor, core } = aTorrent({ layout, awaitsListener: true })
    if (life === 'running') actor.send({ type: 'torrent.start' })
    expect(core.awaitsPort).toBe(true)
    actor.send({ type: 'torrent.listen_nowhere' })
    expect(core.awaitsPort).toBe(false)
  },
)
