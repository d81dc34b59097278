import { expect, test } from 'vitest'
import { progressOf } from '../../../../machines/torrent/core/progress.ts'
import { downloading, meet } from '../a-torrent.ts'

test('progress counts pieces, payload and open connections', () => {
  const torrent = downloading([1])
  meet(torrent, 'b', [0])
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'c', port: 1 } })
  expect(progressOf(torrent.core)).toEqual({
    pieces: 1,
    total: 4,
    downloaded: 0,
    downloadedFromWebSeeds: 0,
    uploaded: 0,
    downloadedEver: 0,
    uploadedEver: 0,
    wasted: 0,
    corrupt: 0,
    rateDown: 0,
    rateUp: 0,
    peers: 1,
    webSeeds: 0,
  })
})
