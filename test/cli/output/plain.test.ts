import { expect, test } from 'vitest'
import { createPlainOutput } from '../../../cli/output/plain.ts'
import { fakeIo } from '../fake-io.ts'

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
  for (const pieces of [0, 1, 2, 3, 4]) {
    output.event({ ...progress, pieces })
    if (pieces === 1) output.event({ ...progress, pieces, participant: 'seeder 1' })
    clock.advance(500)
  }
  expect(stdout.text.split('\n')).toEqual([
    '0%, 0 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
    'seeder 1: 25%, 1 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
    '100%, 4 of 4 pieces, down 2.0 KiB/s, up 0 B/s, peers 2',
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
