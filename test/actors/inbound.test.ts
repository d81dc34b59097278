import { expect, test } from 'vitest'
import { Inbound } from '../../actors/inbound.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import { Intake } from '../../transport/bandwidth/intake.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection } from '../../transport/transport.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { turnCostMax, turnCosts } from '../../transport/wire/turn-cost.ts'
import { handshakeOf } from '../hostile/remote.ts'
import { messagesTo } from '../transport/wire/record.ts'

/** Plain messages in one turn. */
const turnMessagesMax = turnCostMax / turnCosts.message

const haves = (count: number) =>
  encodeMessages(...Array.from({ length: count }, (_, index): Message => ({ name: 'have', index })))

/** An inbound stream whose handshake has come, and what it does with its connection. */
function anInbound({ hears = (_: Message): unknown => undefined, clock = new SimulatedClock() } = {}) {
  const heard: Message[] = []
  const said: string[] = []
  const errors: unknown[] = []
  let isPaused = false
  const connection: Partial<Connection> = {
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    readAtMost: () => undefined,
  }
  const inbound = new Inbound({
    clock,
    intake: new Intake(connection as Connection, []),
    guarded: (action) => {
      try {
        action()
      } catch (error) {
        errors.push(error)
      }
    },
    sink: {
      infoHash: () => said.push('infoHash'),
      peerId: () => said.push('peerId'),
      ...messagesTo((message) => {
        heard.push(message)
        hears(message)
      }),
      unknown: () => said.push('unknown'),
      violation: ({ code }) => said.push(code),
    },
  })
  const read = (bytes: Uint8Array) => inbound.inTurn(() => inbound.push(bytes))
  read(handshakeOf())
  return { clock, inbound, heard, said, errors, read, isPaused: () => isPaused }
}

function started(options?: Parameters<typeof anInbound>[0]) {
  const one = anInbound(options)
  one.inbound.startMessages(1024)
  return one
}

test('behind the handshake nothing is read until messages are started', () => {
  const { inbound, said, isPaused } = anInbound()
  expect(said).toEqual(['infoHash', 'peerId'])
  expect(isPaused()).toBe(true)
  inbound.startMessages(1024)
  expect(isPaused()).toBe(false)
})

test('reading stands still while there is more than a turn, and goes on behind the last message', () => {
  const { clock, heard, read, isPaused } = started()
  read(haves(2 * turnMessagesMax + 1))
  expect([heard.length, isPaused()]).toEqual([turnMessagesMax, true])
  clock.advanceToNext()
  expect([heard.length, isPaused()]).toEqual([2 * turnMessagesMax, true])
  clock.advanceToNext()
  expect([heard.length, isPaused()]).toEqual([2 * turnMessagesMax + 1, false])
  expect(clock.pending).toBe(0)
})

test('a read that was under way comes behind what waits', () => {
  const { clock, heard, read } = started()
  read(haves(turnMessagesMax + 1))
  read(encodeMessages({ name: 'interested' }))
  clock.advance(0)
  expect(heard.slice(-2)).toEqual([{ name: 'have', index: turnMessagesMax }, { name: 'interested' }])
})

test('what was held behind the handshake comes in turns too', () => {
  const { clock, inbound, heard, read, isPaused } = anInbound()
  read(haves(turnMessagesMax + 1))
  inbound.startMessages(1024)
  expect([heard.length, isPaused()]).toEqual([turnMessagesMax, true])
  clock.advance(0)
  expect([heard.length, isPaused()]).toEqual([turnMessagesMax + 1, false])
})

test('what is brought by hand amid a read comes behind it, and can be read at once', () => {
  let inbound: Inbound | undefined
  const one = started({
    hears: ({ name }) => {
      if (name !== 'interested') return
      inbound?.inTurn(() => {
        inbound?.push(haves(3 * turnMessagesMax), { isLasting: true })
        inbound?.readOut()
      })
    },
  })
  ;({ inbound } = one)
  one.read(encodeMessages({ name: 'interested' }, { name: 'unchoke' }))
  expect(one.heard.slice(0, 3).map(({ name }) => name)).toEqual(['interested', 'unchoke', 'have'])
  expect(one.heard).toHaveLength(2 + 3 * turnMessagesMax)
})

test('a whole turn is a reason to wait for the next, though nothing more has come yet', () => {
  const { clock, read, isPaused } = started()
  read(haves(turnMessagesMax))
  expect(isPaused()).toBe(true)
  clock.advanceToNext()
  expect([isPaused(), clock.pending]).toEqual([false, 0])
})

test('two that send much are processed in turn, and a third that sends little at once', () => {
  const first = started()
  const heard: string[] = []
  const other = (name: string) => started({ clock: first.clock, hears: () => heard.push(name) })
  const [a, b, little] = [other('a'), other('b'), other('little')]
  a.read(haves(3 * turnMessagesMax))
  b.read(haves(3 * turnMessagesMax))
  heard.length = 0
  const countOf = (name: string) => heard.filter((one) => one === name).length
  first.clock.advanceToNext()
  expect([countOf('a'), countOf('b')]).toEqual([turnMessagesMax / 2, turnMessagesMax / 2])
  little.read(haves(1))
  expect(countOf('little')).toBe(1)
})

test('an error in a later turn goes to its owner', () => {
  const { clock, errors, read } = started({
    hears: (message) => {
      if (message.name === 'have' && message.index === turnMessagesMax) throw new Error('a listener threw')
    },
  })
  read(haves(turnMessagesMax + 1))
  clock.advance(0)
  expect(errors).toEqual([new Error('a listener threw')])
})

test('stopped, it sets no timer and says no more', () => {
  const { clock, inbound, heard, read } = started()
  read(haves(turnMessagesMax + 1))
  inbound.stop()
  expect(clock.pending).toBe(0)
  inbound.readOut()
  expect(heard).toHaveLength(turnMessagesMax)
})
