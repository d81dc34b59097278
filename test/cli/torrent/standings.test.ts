import { expect, test } from 'vitest'
import { createSampleTorrent } from '../../../cli/demo/sample-torrent.ts'
import { standingsOf } from '../../../cli/torrent/standings.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { FakeTorrent, peerSummary } from '../fake-torrent.ts'

function sample() {
  const torrent = new FakeTorrent()
  torrent.metainfo = parseMetainfo(createSampleTorrent('sample.bin', 60_000, 16_384).file)
  torrent.progress = { ...torrent.progress, pieces: 2, rateDown: 1000, peers: 1 }
  return torrent
}

test('a torrent comes first, with its bytes and the time that is left at this rate', () => {
  const [first] = standingsOf(sample(), 'a link')
  expect(first).toMatchObject({
    name: 'sample.bin',
    torrent: { done: 32_768, length: 60_000, peers: 1, secondsLeft: 27.232 },
  })
})

test('nothing is left of what is done, and nobody knows how long what stands still takes', () => {
  for (const change of [{ pieces: 4 }, { rateDown: 0 }]) {
    const torrent = sample()
    torrent.progress = { ...torrent.progress, ...change }
    expect(standingsOf(torrent, '')[0]?.torrent).not.toHaveProperty('secondsLeft')
  }
})

test('a torrent is noted to be checked until it is, where there is anything to check', () => {
  const noteOf = (torrent: FakeTorrent, isChecked: boolean) => standingsOf(torrent, '', isChecked)[0]?.note
  expect([noteOf(sample(), false), noteOf(sample(), true)]).toEqual(['checking', undefined])
  expect(noteOf(new FakeTorrent(), false)).toBe(undefined)
})

test('a torrent without metadata is called by what its link says', () => {
  const torrent = new FakeTorrent()
  torrent.progress = { ...torrent.progress, total: 0 }
  expect(standingsOf(torrent, 'a link')[0]).toMatchObject({ name: 'a link', torrent: { done: 0, length: 0 } })
})

test('peers that are open follow, in the order they came', () => {
  const torrent = sample()
  torrent.peers = [
    peerSummary({ state: 'connecting' }),
    peerSummary({ direction: 'in' }),
    peerSummary({ address: { host: '::1', port: 2 } }),
  ]
  expect(standingsOf(torrent, '').map(({ name }) => name)).toEqual(['sample.bin', '127.0.0.1:7001 in', '[::1]:2'])
})
