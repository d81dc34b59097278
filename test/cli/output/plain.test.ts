import { expect, test } from 'vitest'
import { peerEvent } from '../../../cli/output/events.ts'
import { createPlainOutput } from '../../../cli/output/plain.ts'
import { fakeIo } from '../fake-io.ts'
import { peerSummary } from '../fake-torrent.ts'

const progress = {
  event: 'progress',
  total: 4,
  downloaded: 0,
  uploaded: 0,
  rateDown: 2048,
  rateUp: 0,
  peers: 2,
} as const

test('progress is a line every two seconds, for each participant by itself', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  for (const whose of [{}, { participant: 'seeder 1' }]) {
    output.event({ event: 'verified', pieces: 0, total: 4, ...whose })
  }
  for (const pieces of [0, 1, 2, 3, 4]) {
    output.event({ ...progress, pieces })
    if (pieces === 1) output.event({ ...progress, pieces, participant: 'seeder 1' })
    clock.advance(500)
  }
  expect(stdout.text.split('\n')).toEqual([
    'verified 0 of 4 pieces',
    'seeder 1: verified 0 of 4 pieces',
    '0%, 0 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
    'seeder 1: 25%, 1 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
    '100%, 4 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
    '',
  ])
})

test('while data is being checked one line says so, and no share is told before it is known', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  for (let i = 0; i < 10; i++) {
    output.event({ ...progress, pieces: 0 })
    clock.advance(500)
  }
  output.event({ ...progress, pieces: 0, participant: 'seeder 1' })
  output.event({ event: 'verified', pieces: 4, total: 4 })
  output.event({ ...progress, pieces: 4 })
  expect(stdout.text.split('\n')).toEqual([
    'checking what is there of 4 pieces',
    'seeder 1: checking what is there of 4 pieces',
    'verified 4 of 4 pieces',
    '100%, 4 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
    '',
  ])
})

test('before its metadata has come a torrent tells of its peers, and of no pieces', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  output.event({ ...progress, pieces: 0, total: 0 })
  clock.advance(2_000)
  output.event({ ...progress, pieces: 0, total: 0, torrent: 'abcdef0123456789' })
  expect(stdout.text).toBe('awaiting the metadata, peers 2\nabcdef01: awaiting the metadata, peers 2\n')
})

test('a torrent of which no piece is wanted has its progress told as any other', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  output.event({ event: 'verified', pieces: 0, total: 0 })
  output.event({ ...progress, pieces: 0, total: 0 })
  expect(stdout.text).toContain('0 of 0 pieces, down')
})

test('the closing table and its sentence come last: connections that end after it have no line, what goes wrong has', () => {
  const { io, stdout, stderr, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  const closed = peerEvent(peerSummary({ state: 'closed', reason: 'local.stopped' }))
  output.event(closed)
  output.table({ head: ['a'], rows: [['b']], dispensable: [], notes: ['All of it is there.'] })
  output.event(closed)
  output.event({ event: 'warning', message: 'no room' })
  expect(stdout.text).toMatch(/^peer 127\.0\.0\.1:7001 closed: local\.stopped\n┌.*\n└───┘\nAll of it is there\.\n$/s)
  expect(stderr.text).toBe('peerchart: warning: no room\n')
})

test('a web seed has a line when it begins to serve, or serves no more, without what of its URL may be a key', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  const webSeed = { event: 'web_seed', url: 'https://seed.example/secret/' } as const
  const message = 'it answers with HTTP status 404'
  for (const state of ['idle', 'connecting', 'serving', 'banned'] as const) output.event({ ...webSeed, state })
  for (const state of ['backing_off', 'given_up'] as const) output.event({ ...webSeed, state, message })
  output.event(peerEvent(peerSummary({ transport: 'web', client: 'web seed', encrypted: false })))
  output.event({ event: 'verified', pieces: 1, total: 4 })
  output.event({ ...progress, pieces: 1, peers: 0, webSeeds: 1 })
  expect(stdout.text.split('\n')).toEqual([
    'web seed https://seed.example gives parts of files',
    'web seed https://seed.example is banned',
    'web seed https://seed.example failed: it answers with HTTP status 404',
    'web seed https://seed.example is of no use: it answers with HTTP status 404',
    'peer 127.0.0.1:7001 open: web seed',
    'verified 1 of 4 pieces',
    '25%, 1 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 0, web seeds 1',
    '',
  ])
})

test('one of a kind is named in the singular', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  const tracker = { event: 'tracker', url: 'http://tracker.example/announce', state: 'ok' } as const
  output.event({ ...tracker, peers: 1, seeders: 0, leechers: 1 })
  output.event({ ...tracker, peers: 2, seeders: 1, leechers: 3, warning: 'soon gone' })
  output.event({ event: 'dht', state: 'ok', nodes: 1, peers: 1 })
  output.event({ event: 'metadata', name: 'a', bytes: 1, pieces: 1 })
  expect(stdout.text.split('\n')).toEqual([
    'tracker http://tracker.example named 1 peer of 0 seeders, 1 leecher',
    'tracker http://tracker.example named 2 peers of 1 seeder, 3 leechers; it says: soon gone',
    'DHT: 1 node named 1 peer',
    'it is a, 1 B in 1 piece',
    '',
  ])
})

test('an error is left to standard error', () => {
  const { io, stdout, clock } = fakeIo()
  createPlainOutput(io, clock).event({ event: 'error', message: 'no' })
  expect(stdout.text).toBe('')
})

test('text of a stranger can neither break the line nor steer the terminal', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  output.event({ event: 'done', seconds: 1, bytes: 1, downloaded: 1, path: '/tmp/a\n\u001b[2J\u202eb' })
  expect(stdout.text).toBe('done: 1 B in 1 s, in /tmp/a [2J b\n')
})

test('a download that stands still has a short line a reason, at most ten and how many more', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  const reasons = Array.from({ length: 12 }, (_, i) => ({
    code: 'choked' as const,
    text: 'it chokes us',
    peer: `192.0.2.${i}:6881`,
    since: 0,
    seconds: 14,
  }))
  output.event({ event: 'stalled', reasons })
  const lines = stdout.text.split('\n')
  expect(lines[0]).toBe('stalled: 192.0.2.0:6881: it chokes us, for 14 s')
  expect(lines.slice(9)).toEqual(['stalled: 192.0.2.9:6881: it chokes us, for 14 s', 'stalled: 2 more reasons', ''])
})

test('super-seeding is told as a sentence when it begins, and when it ends with the reason', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  output.event({ event: 'super_seeding', active: true })
  output.event({ event: 'super_seeding', active: false, because: 'seeder' })
  output.event({ event: 'super_seeding', active: false, because: 'stuck' })
  output.event({ event: 'super_seeding', active: false })
  expect(stdout.text.split('\n')).toEqual([
    'super-seeding: each piece is offered to one peer at first',
    'super-seeding has ended: another seeder is there',
    'super-seeding has ended: the peers pass nothing on',
    'super-seeding has ended',
    '',
  ])
})

test('a warning is a line on standard error, with its participant, and steers no terminal', () => {
  const { io, stdout, stderr, clock } = fakeIo()
  createPlainOutput(io, clock).event({ event: 'warning', message: 'no\nroom', participant: 'seeder 1' })
  expect([stdout.text, stderr.text]).toEqual(['', 'peerchart: seeder 1: warning: no room\n'])
})

test('what is done after a resume says how much came now, and how much was there', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  const done = { event: 'done', seconds: 2, bytes: 61_440, downloaded: 45_056, path: '/a' } as const
  output.event(done)
  output.event({ ...done, kept: 16_384 })
  output.event({ ...done, kept: 61_440 })
  expect(stdout.text.split('\n')).toEqual([
    'done: 60.0 KiB in 2 s, in /a',
    'done: 44.0 KiB in 2 s, 16.0 KiB of 60.0 KiB were there, in /a',
    'done: all 60.0 KiB were there, in /a',
    '',
  ])
})

test('what is broken off has its table, as a log has it', () => {
  const { io, stdout, clock } = fakeIo()
  createPlainOutput(io, clock).brokenOff('stopped at 1%', { head: ['a'], rows: [['b']], dispensable: ['a'] })
  expect(stdout.text).toMatch(/^┌.*│ b │\n└───┘\n$/s)
})

test('a peer is a line a state, with what carries it, and how the attempts of a dial failed', () => {
  const { io, stdout, clock } = fakeIo()
  const output = createPlainOutput(io, clock)
  const refused = { transport: 'tcp', reason: 'transport.refused' }
  const lost = { state: 'closed', encrypted: false, client: '', peerId: '' } as const
  for (const peer of [
    peerSummary({ state: 'connecting' }),
    peerSummary(),
    peerSummary({ transport: 'utp', attempts: [refused] }),
    peerSummary({ state: 'closed', reason: 'local.stopped' }),
    peerSummary({
      ...lost,
      reason: 'timeout.connect',
      attempts: [refused, { transport: 'utp', reason: 'timeout.connect' }],
    }),
  ]) {
    output.event(peerEvent(peer))
  }
  expect(stdout.text.split('\n')).toEqual([
    'peer 127.0.0.1:7001 dialled',
    'peer 127.0.0.1:7001 open by tcp: qBittorrent 4.6.5, encrypted',
    'peer 127.0.0.1:7001 open by utp (tcp: transport.refused): qBittorrent 4.6.5, encrypted',
    'peer 127.0.0.1:7001 closed: local.stopped',
    'peer 127.0.0.1:7001 closed: timeout.connect (tcp: transport.refused, utp: timeout.connect)',
    '',
  ])
})
