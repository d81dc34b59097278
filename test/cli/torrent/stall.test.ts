import { expect, test } from 'vitest'
import type { CliEvent } from '../../../cli/output/events.ts'
import { stallMs, watchStall } from '../../../cli/torrent/stall.ts'
import { reason } from '../../../machines/explain/reasons.ts'
import { FakeTorrent } from '../fake-torrent.ts'

function watched() {
  const torrent = new FakeTorrent()
  const told: CliEvent[] = []
  const stall = watchStall(torrent, {
    event: (event) => void told.push(event),
    standings() {},
    table() {},
    brokenOff() {},
    close() {},
  })
  return { torrent, told, stall }
}

test('a download is explained when it has brought nothing for ten seconds, then every ten, whoever looks how often', () => {
  const { torrent, told, stall } = watched()
  torrent.explanation = { download: [reason('no_addresses', 3_000)], upload: [reason('nothing_to_offer', 0)] }
  for (let now = 0; now <= 25_000; now += 500) stall.look(now, 0)
  const said = { code: 'no_addresses', text: 'no address of a peer is known', since: 3_000 }
  expect(told).toEqual([
    { event: 'stalled', reasons: [{ ...said, seconds: 7 }] },
    { event: 'stalled', reasons: [{ ...said, seconds: 17 }] },
  ])
})

test('payload that comes starts the ten seconds anew', () => {
  const { told, stall } = watched()
  stall.look(stallMs, 0)
  stall.look(stallMs + 9_999, stallMs)
  expect(told).toHaveLength(1)
  stall.look(2 * stallMs + 100, stallMs + 101)
  expect(told).toHaveLength(1)
  stall.look(2 * stallMs + 101, stallMs + 101)
  expect(told).toHaveLength(2)
})
