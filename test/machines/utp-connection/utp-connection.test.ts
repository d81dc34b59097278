import { expect, test } from 'vitest'
import { type EventFrom, initialTransition, type SnapshotFrom, transition } from 'xstate'
import { utpConnectionMachine } from '../../../machines/utp-connection/utp-connection.ts'

type Happening = EventFrom<typeof utpConnectionMachine>['type'] extends `utp.${infer Name}` ? Name : never

/** Where a connection stands after these events, of which `utp.` is left out. */
function after(...happenings: Happening[]): SnapshotFrom<typeof utpConnectionMachine> {
  const [initial] = initialTransition(utpConnectionMachine)
  return happenings.reduce(
    (snapshot, name) => transition(utpConnectionMachine, snapshot, { type: `utp.${name}` })[0],
    initial,
  )
}

const flowing = { connected: { ours: 'open', theirs: 'open' } }
const dialled: Happening[] = ['dialled', 'established']

test('a dialled connection is connected by the answer, an accepted one by what shows that its answer came', () => {
  expect(after().value).toBe('idle')
  expect(after('dialled').value).toBe('syn_sent')
  expect(after(...dialled).value).toEqual(flowing)
  expect(after('accepted').value).toBe('syn_received')
  expect(after('accepted', 'established').value).toEqual(flowing)
})

test('each direction ends by itself, whichever is first', () => {
  expect(after(...dialled, 'fin_sent').value).toEqual({ connected: { ours: 'fin_sent', theirs: 'open' } })
  expect(after(...dialled, 'fin_received').value).toEqual({ connected: { ours: 'open', theirs: 'fin_received' } })
  expect(after(...dialled, 'fin_sent', 'fin_received').value).toEqual({
    connected: { ours: 'fin_sent', theirs: 'fin_received' },
  })
  expect(after(...dialled, 'fin_sent', 'fin_acknowledged').value).toEqual({
    connected: { ours: 'fin_acknowledged', theirs: 'open' },
  })
})

test.each<[string, Happening[]]>([
  ['ours first', ['fin_sent', 'fin_acknowledged', 'fin_received']],
  ['theirs first', ['fin_received', 'fin_sent', 'fin_acknowledged']],
  ['both at once', ['fin_sent', 'fin_received', 'fin_acknowledged']],
])('a connection lingers once both directions have ended, %s, then it is closed', (_, finishing) => {
  expect(after(...dialled, ...finishing).value).toBe('lingering')
  const closed = after(...dialled, ...finishing, 'lingered')
  expect([closed.value, closed.status]).toEqual(['closed', 'done'])
})

const stages: [string, Happening[]][] = [
  ['idle', []],
  ['dialling', ['dialled']],
  ['half-open', ['accepted']],
  ['connected', dialled],
  ['finishing', [...dialled, 'fin_sent']],
  ['lingering', [...dialled, 'fin_sent', 'fin_acknowledged', 'fin_received']],
]

test.each(stages)('a connection that is %s ends by a RESET, by silence and by our giving it up', (_, before) => {
  for (const [happening, state] of [
    ['reset', 'reset'],
    ['timed_out', 'timed_out'],
    ['abandoned', 'closed'],
  ] as const) {
    const { status, value } = after(...before, happening)
    expect([value, status]).toEqual([state, 'done'])
  }
})

test('nothing is acknowledged that was not sent, and no connection is established twice', () => {
  expect(after(...dialled, 'fin_acknowledged').value).toEqual(flowing)
  expect(after(...dialled, 'established', 'dialled').value).toEqual(flowing)
  expect(after('accepted', 'fin_received').value).toBe('syn_received')
})
