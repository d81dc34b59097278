import { expect, test } from 'vitest'
import type { CliEvent } from '../../../cli/output/events.ts'
import { report } from '../../../cli/torrent/report.ts'
import { FakeTorrent } from '../fake-torrent.ts'

function reported(participant?: string) {
  const torrent = new FakeTorrent()
  const events: CliEvent[] = []
  const output = {
    event: (event: CliEvent) => void events.push(event),
    standings() {},
    table() {},
    brokenOff() {},
    close() {},
  }
  return { torrent, events, ...report(torrent, output, participant) }
}

test('resume data that fails is a warning, once as long as it fails in the same way', () => {
  const { torrent, events } = reported()
  for (const message of ['the disk is full', 'the disk is full', 'not permitted', 'the disk is full']) {
    torrent.emit({ type: 'resume_failed', error: new Error(message) })
  }
  expect(events).toEqual([
    { event: 'warning', message: 'the disk is full' },
    { event: 'warning', message: 'not permitted' },
    { event: 'warning', message: 'the disk is full' },
  ])
})

test('a connection that ends by a defect is a warning, of the participant it is about', () => {
  const { torrent, events } = reported('seeder 1')
  const address = { host: '::1', port: 7001 }
  torrent.emit({ type: 'crashed', address, error: new TypeError('x is undefined') })
  torrent.emit({ type: 'crashed', address, error: 'thrown text' })
  expect(events).toEqual([
    {
      event: 'warning',
      message: 'the connection to [::1]:7001 ended by a defect: x is undefined',
      participant: 'seeder 1',
    },
    {
      event: 'warning',
      message: 'the connection to [::1]:7001 ended by a defect: thrown text',
      participant: 'seeder 1',
    },
  ])
})

test('what the torrent warns of is a warning', () => {
  const { torrent, events } = reported()
  torrent.emit({ type: 'warning', message: '/x/song is longer than the torrent says', path: '/x/song' })
  expect(events).toEqual([{ event: 'warning', message: '/x/song is longer than the torrent says' }])
})

test('how a web seed stands is told as it changes, and what came from it beside the rest', () => {
  const { torrent, events, progress } = reported()
  const url = 'http://seed.example/a?key=1'
  torrent.emit({ type: 'web_seed', url, state: 'serving' })
  torrent.emit({ type: 'web_seed', url, state: 'backing_off', fault: 'busy', message: 'not now', retryAt: 5 })
  progress()
  torrent.progress = { ...torrent.progress, downloaded: 9, downloadedFromWebSeeds: 7, webSeeds: 1 }
  progress()
  expect(events.slice(0, 2)).toEqual([
    { event: 'web_seed', url, state: 'serving' },
    { event: 'web_seed', url, state: 'backing_off', fault: 'busy', message: 'not now' },
  ])
  expect(events[2]).not.toHaveProperty('webSeeds')
  expect(events[3]).toMatchObject({ downloaded: 9, downloadedFromWebSeeds: 7, webSeeds: 1 })
})

test('who does not listen any more is told nothing', () => {
  const { torrent, events, stop } = reported()
  stop()
  torrent.emit({ type: 'resume_failed', error: new Error('late') })
  expect(events).toEqual([])
})
