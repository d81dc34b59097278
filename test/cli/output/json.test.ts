import { expect, test } from 'vitest'
import { createJsonOutput } from '../../../cli/output/json.ts'
import { fakeIo } from '../fake-io.ts'

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
  output.standings([{ name: 'total', pieces: 1, total: 4, rateDown: 0, rateUp: 0, note: '' }])
  output.table(['a'], [['b']])
  output.close()
  expect(stdout.text).toBe('')
})

test('a warning is an event with its message', () => {
  const { stdout, clock, events } = fakeIo()
  createJsonOutput(stdout, clock).event({ event: 'warning', message: 'no room' })
  expect(events()).toEqual([{ event: 'warning', time: 0, message: 'no room' }])
})
