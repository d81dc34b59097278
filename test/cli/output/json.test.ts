import { expect, test } from 'vitest'
import { peerEvent } from '../../../cli/output/events.ts'
import { createJsonOutput } from '../../../cli/output/json.ts'
import { fakeIo } from '../fake-io.ts'
import { peerSummary } from '../fake-torrent.ts'

test('a line is one object with event and the milliseconds since the start, whatever the text in it', () => {
  const { stdout, clock, events } = fakeIo()
  clock.advance(1000)
  const output = createJsonOutput(stdout, clock)
  clock.advance(12.4)
  output.event({ event: 'error', message: 'two\nlines' })
  expect(events()).toEqual([{ event: 'error', time: 12, message: 'two\nlines' }])
})

test('reasons of a stall count their time as the events do', () => {
  const { stdout, clock, events } = fakeIo()
  clock.advance(1000)
  const output = createJsonOutput(stdout, clock)
  const told = { code: 'paused', text: 'the torrent is paused', seconds: 2 } as const
  output.event({ event: 'stalled', reasons: [{ ...told, since: 1500.4 }] })
  expect(events()).toEqual([{ event: 'stalled', time: 0, reasons: [{ ...told, since: 500 }] }])
})

test('nothing else is on standard output', () => {
  const { stdout, clock } = fakeIo()
  const output = createJsonOutput(stdout, clock)
  output.standings([{ name: 'total', pieces: 1, total: 4, rateDown: 0, rateUp: 0 }])
  output.table({ head: ['a'], rows: [['b']], dispensable: [] })
  output.brokenOff('stopped at 1%', { head: ['a'], rows: [['b']], dispensable: [] })
  output.close()
  expect(stdout.text).toBe('')
})

test('a warning is an event with its message', () => {
  const { stdout, clock, events } = fakeIo()
  createJsonOutput(stdout, clock).event({ event: 'warning', message: 'no room' })
  expect(events()).toEqual([{ event: 'warning', time: 0, message: 'no room' }])
})

test('a dial that came to nothing says how each of its attempts ended', () => {
  const { stdout, clock, events } = fakeIo()
  const attempts = [
    { transport: 'tcp', reason: 'transport.refused' },
    { transport: 'utp', reason: 'timeout.connect' },
  ]
  const peer = peerSummary({ state: 'closed', client: '', peerId: '', reason: 'timeout.connect', attempts })
  createJsonOutput(stdout, clock).event(peerEvent(peer))
  const connection = { event: 'peer', time: 0, address: '127.0.0.1:7001', direction: 'out', transport: 'tcp' }
  expect(events()).toEqual([{ ...connection, state: 'closed', reason: 'timeout.connect', attempts }])
})
