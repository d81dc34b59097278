import { test } from 'vitest'
import { aTorrent, downloading, layout, meet, piecesOf } from '/work/wt/core/test/machines/torrent/a-torrent.ts'
test('x', () => {
  const t = aTorrent()
  const st = () => console.log(JSON.stringify(t.actor.getSnapshot().value), t.actor.getSnapshot().status, t.actor.getSnapshot().error)
  st()
  t.actor.send({ type: 'torrent.start' }); st(); console.log(t.toStorage)
  t.hear({ type: 'storage.checked', have: piecesOf([]) }); st()
  const p = meet(t, 'b', [0,1,2,3]); st()
  console.log(p.record.state, [...t.core.swarm.peers.keys()], p.told)
  p.report({ type: 'wire.unchoke' })
  console.log(p.told, p.record)
})
