import { describe, expect, test } from 'vitest'
import { HandConnection } from '../../transport/by-hand.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { writeHighWaterBytes } from '../../transport/transport.ts'

const remote = { host: '192.0.2.1', port: 6881 }

/** A connection, what its owner was told and what was handed over, in one list. */
function byHand({ onWrite }: { readonly onWrite?: (connection: HandConnection) => void } = {}) {
  const clock = new SimulatedClock()
  const log: string[] = []
  const write = (bytes: Uint8Array) => {
    log.push(`write ${bytes.length > 9 ? bytes.length : [...bytes]}`)
    onWrite?.(connection)
  }
  const connection = new HandConnection({ remote, direction: 'out', write }, clock)
  const handler = {
    opened: () => void log.push('opened'),
    data: () => void log.push('data'),
    drained: () => void log.push('drained'),
    closed: ({ code }: { code: string }) => void log.push(`closed ${code}`),
  }
  return { clock, log, connection, handler }
}

function opened(options: Parameters<typeof byHand>[0] = {}) {
  const hand = byHand(options)
  hand.connection.open(hand.handler)
  hand.connection.settle()
  hand.log.length = 0
  return hand
}

describe('what is written', () => {
  test('waits for the flush, and is handed over in order, by reference', () => {
    const taken: Uint8Array[] = []
    const connection = new HandConnection(
      { remote, direction: 'in', write: (bytes) => void taken.push(bytes) },
      new SimulatedClock(),
    )
    connection.open(byHand().handler)
    connection.settle()
    const chunks = [Uint8Array.of(1), Uint8Array.of(2, 3), Uint8Array.of(4)]
    connection.write(chunks.slice(0, 2))
    connection.write(chunks.slice(2))
    expect([taken.length, connection.queuedBytes]).toEqual([0, 4])
    connection.flush()
    expect(taken).toEqual(chunks)
    expect(taken[1]).toBe(chunks[1])
    expect(connection.queuedBytes).toBe(0)
  })

  test('before it has opened waits for that', () => {
    const { connection, handler, log } = byHand()
    connection.open(handler)
    connection.write([Uint8Array.of(1)])
    connection.flush()
    expect(log).toEqual(['opened', 'write 1'])
  })

  test('while a flush is under way goes with it, and a flush from inside changes nothing', () => {
    let left = 3
    const { connection, log } = opened({
      onWrite: (same) => {
        if (left-- > 0) same.write([Uint8Array.of(left)])
        same.flush()
      },
    })
    connection.write([Uint8Array.of(9), Uint8Array.of(8)])
    connection.flush()
    expect(log).toEqual(['write 9', 'write 8', 'write 2', 'write 1', 'write 0'])
  })

  test('is not handed over again when `write` throws', () => {
    let fails = true
    const { connection, log } = opened({
      onWrite: () => {
        if (fails) throw new Error('full')
      },
    })
    connection.write([Uint8Array.of(1), Uint8Array.of(2)])
    expect(() => connection.flush()).toThrow('full')
    fails = false
    connection.flush()
    expect(log).toEqual(['write 1', 'write 2'])
  })

  test('above the high-water mark answers false, and the flush reports that there is room', () => {
    const { connection, log } = opened()
    expect(connection.write([new Uint8Array(writeHighWaterBytes)])).toBe(true)
    expect(connection.write([new Uint8Array(10)])).toBe(false)
    connection.flush()
    connection.flush()
    expect(log).toEqual([`write ${writeHighWaterBytes}`, 'write 10', 'drained'])
  })
})

describe('its owner', () => {
  test('is told nothing from inside a call of its own, and without a flush as soon as the clock runs', () => {
    const { clock, connection, handler, log } = byHand()
    connection.open(handler)
    expect(log).toEqual([])
    clock.advance(0)
    expect(log).toEqual(['opened'])
    connection.end()
    connection.destroy()
    expect(log).toEqual(['opened'])
    clock.advance(0)
    expect(log).toEqual(['opened', 'closed destroyed'])
    expect(clock.pending).toBe(0)
  })

  test('that ends it hears the end behind its last words', () => {
    const { clock, connection, log } = opened()
    connection.write([Uint8Array.of(7)])
    connection.end()
    clock.advance(10_000)
    expect(log).toEqual([])
    expect(connection.write([Uint8Array.of(8)])).toBe(false)
    connection.flush()
    connection.flush()
    expect(log).toEqual(['write 7', 'closed destroyed'])
    expect(clock.pending).toBe(0)
  })

  test('that destroys it takes back what is queued', () => {
    const { connection, log } = opened()
    connection.write([Uint8Array.of(7)])
    connection.destroy()
    connection.destroy()
    connection.flush()
    expect(log).toEqual(['closed destroyed'])
    expect(connection.queuedBytes).toBe(0)
  })

  test('that destroyed it before it was opened hears so when it opens it', () => {
    const { clock, connection, handler, log } = byHand()
    connection.destroy()
    connection.open(handler)
    clock.advance(0)
    expect(log).toEqual(['closed destroyed'])
  })

  test('opens it once, and first', () => {
    const { connection, handler } = byHand()
    for (const method of ['pause', 'resume', 'end'] as const) expect(() => connection[method]()).toThrow('open')
    expect(() => connection.write([])).toThrow('open')
    connection.open(handler)
    expect(() => connection.open(handler)).toThrow('once')
  })
})
