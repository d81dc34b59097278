import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { overStream } from '../../examples/stream-transport.ts'
import { unixTransport } from '../../examples/unix-sockets.ts'
import { EndOfConnection } from '../../testing/transport/end-of-connection.ts'
import { connectionOver, type Line, type LineEnds, type LineReports } from '../../transport/line.ts'
import { writeHighWaterBytes } from '../../transport/transport.ts'
import { testCompliance } from './compliance.ts'

const ends: LineEnds = { kind: 'line', direction: 'out', remote: { host: '192.0.2.1', port: 6881 } }

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const failed = (code: string): Error => Object.assign(new Error(code), { code })

/** A stream that takes nothing, and brings nothing. */
const still = (write: (done: (error: Error) => void) => void): Duplex =>
  new Duplex({ read() {}, write: (_chunk, _encoding, done) => write(done) })

testCompliance('Unix sockets, by the example', {
  create: () => {
    const folder = mkdtempSync(join(tmpdir(), 'peerchart-unix-'))
    const transport = unixTransport(folder)
    return {
      dialler: transport,
      listener: transport,
      host: 'localhost',
      turn,
      settle: async () => {
        for (let turns = 0; turns < 50; turns++) await turn()
      },
      heldResources: () => process.getActiveResourcesInfo().filter((name) => name.startsWith('Pipe')).length,
      dispose: () => rmSync(folder, { recursive: true }),
    }
  },
  failures: {
    nobodyListens: ({ dialler }) => dialler.dial({ host: 'localhost', port: 1 }),
    noAnswer: () => {
      const stream = still(() => undefined)
      return overStream(ends, stream, () => setImmediate(() => stream.destroy(failed('ETIMEDOUT'))))
    },
    resets: () =>
      overStream(
        ends,
        still((done) => done(failed('ECONNRESET'))),
        setImmediate,
      ),
  },
  // The system's buffers hold some 200 KiB.
  bigBytes: 2 * 1024 * 1024,
})

/** A connection over a line that notes what it is told. */
function overNotes({ queuedBytes = () => 0 }: Partial<Line> = {}) {
  const calls: string[] = []
  const reports: LineReports[] = []
  const connection = connectionOver(ends, (tell) => {
    reports.push(tell)
    return {
      queuedBytes,
      start: () => void calls.push('start'),
      send: (chunk) => void calls.push(`send ${chunk.length}`),
      flow: (isOn) => void calls.push(`flow ${isOn}`),
      finish: () => void calls.push('finish'),
      cut: () => void calls.push('cut'),
    }
  })
  const [tell] = reports
  if (tell === undefined) throw new Error('the line was not made')
  return { calls, tell, connection, end: new EndOfConnection(connection) }
}

/** One that is open, and has told the line nothing since. */
function open(line: Partial<Line> = {}) {
  const noted = overNotes(line)
  noted.end.open()
  noted.tell.opened()
  noted.calls.length = 0
  return noted
}

describe('a connection over a line', () => {
  test('starts it when it is opened, and has it read when it stands, and not before', () => {
    const { calls, end, tell } = overNotes()
    expect(calls).toEqual([])
    end.open()
    expect(calls).toEqual(['start'])
    tell.opened()
    expect(calls).toEqual(['start', 'flow true'])
  })

  test('has it read nothing when its owner has paused before it stands, until it resumes', () => {
    const { calls, end, tell } = overNotes()
    end.open()
    end.pause()
    tell.opened()
    expect(calls).toEqual(['start', 'flow false'])
    end.resume()
    expect(calls).toEqual(['start', 'flow false', 'flow true'])
  })

  test('never starts one that was cut before', async () => {
    const { calls, end, tell } = overNotes()
    end.destroy()
    tell.closed()
    end.open()
    await turn()
    expect([calls, end.calls, end.ended?.code]).toEqual([['cut'], ['closed'], 'destroyed'])
  })

  test('tells of one that was cut and is opened before it is closed, when it is', () => {
    const { calls, end, tell } = overNotes()
    end.destroy()
    end.open()
    expect([calls, end.calls]).toEqual([['cut'], []])
    tell.closed()
    expect([end.calls, end.ended?.code]).toEqual([['closed'], 'destroyed'])
  })

  test('tells of one that failed before it was opened, when it is', async () => {
    const { calls, end, tell } = overNotes()
    tell.ending('reset', 'gone')
    tell.closed()
    end.open()
    await turn()
    expect([calls, end.calls, end.ended]).toEqual([[], ['closed'], { code: 'reset', detail: 'gone' }])
  })

  test('sends no empty chunk', () => {
    const { calls, end } = open()
    end.write(new Uint8Array(0), new Uint8Array(3))
    expect(calls).toEqual(['send 3'])
  })

  test('has drained when all has left, if it was full', () => {
    let queuedBytes = 0
    const { end, tell } = open({ queuedBytes: () => queuedBytes })
    tell.left()
    queuedBytes = writeHighWaterBytes + 1
    expect(end.write(new Uint8Array(1))).toBe(false)
    queuedBytes = 1
    tell.left()
    expect(end.calls).toEqual(['opened'])
    queuedBytes = 0
    tell.left()
    tell.left()
    expect(end.calls).toEqual(['opened', 'drained'])
  })

  test('keeps what was read when its owner pauses amid it, and the line goes on behind it', async () => {
    const { calls, end, tell } = open()
    const sizes: number[] = []
    end.connection.readAtMost(4)
    end.onData = ({ length }) => {
      sizes.push(length)
      end.connection.pause()
    }
    tell.data(new Uint8Array(10))
    tell.data(new Uint8Array(1))
    expect([sizes, calls]).toEqual([[4], ['flow false']])
    for (let i = 0; i < 3; i++) {
      end.resume()
      await turn()
    }
    expect(sizes).toEqual([4, 4, 2, 1])
    end.onData = () => undefined
    calls.length = 0
    end.resume()
    await turn()
    expect(calls).toEqual(['flow true'])
  })

  /** One whose owner has paused amid ten bytes, of which it has four, and whose remote has ended. */
  function endedAmid() {
    const noted = open()
    noted.end.connection.readAtMost(4)
    noted.end.onData = () => noted.end.pause()
    noted.tell.data(new Uint8Array(10))
    noted.tell.ending('end')
    noted.tell.closed()
    noted.calls.length = 0
    return noted
  }

  test('tells the end, and that it is closed, behind what was read before', async () => {
    const { calls, end } = endedAmid()
    await turn()
    expect([end.calls, end.receivedBytes]).toEqual([['opened', 'data'], 4])
    expect([end.write(new Uint8Array(1)), end.connection.queuedBytes]).toEqual([false, 0])
    end.resume()
    await turn()
    end.onData = () => undefined
    end.resume()
    await turn()
    expect([end.calls, end.receivedBytes, end.ended]).toEqual([['opened', 'data', 'closed'], 10, { code: 'end' }])
    expect(calls).toEqual([])
  })

  test('tells an end that comes while its owner pauses when it resumes', async () => {
    const { end, tell } = open()
    end.pause()
    tell.ending('end')
    tell.closed()
    expect(end.calls).toEqual(['opened'])
    end.resume()
    await turn()
    expect([end.calls, end.ended]).toEqual([['opened', 'closed'], { code: 'end' }])
  })

  test('may be ended, or destroyed, before that is told', async () => {
    const [ended, destroyed] = [endedAmid(), endedAmid()]
    ended.end.end()
    destroyed.end.destroy()
    destroyed.end.destroy()
    await turn()
    expect([ended.end.calls, ended.end.ended?.code, ended.calls]).toEqual([['opened', 'data', 'closed'], 'end', []])
    expect([destroyed.end.calls, destroyed.end.ended?.code]).toEqual([['opened', 'data', 'closed'], 'destroyed'])
  })

  test('fails at once, whatever was not read', () => {
    const { end, tell } = open()
    end.pause()
    tell.data(new Uint8Array(10))
    tell.ending('reset')
    tell.closed()
    expect([end.calls, end.ended?.code]).toEqual([['opened', 'closed'], 'reset'])
  })

  test('forgets what was read and not reported when it ends, and reads on for the sake of the remote', () => {
    const { calls, end, tell } = open()
    end.pause()
    tell.data(new Uint8Array(10))
    end.end()
    tell.data(new Uint8Array(10))
    expect([end.calls, calls]).toEqual([['opened'], ['flow false', 'flow true', 'finish']])
  })

  test('is closed for the first reason that it was told, and for one if it was told none', () => {
    const [told, untold] = [open(), open()]
    told.tell.ending('timeout')
    told.tell.ending('reset')
    told.tell.closed()
    untold.tell.closed()
    expect([told.end.ended, untold.end.ended?.code]).toEqual([{ code: 'timeout' }, 'error'])
  })

  test('queues nothing once it is ending for good', () => {
    const { end, tell } = open({ queuedBytes: () => 7 })
    expect(end.connection.queuedBytes).toBe(7)
    tell.ending('reset')
    expect(end.connection.queuedBytes).toBe(0)
  })

  test('says what it was made with, and takes nothing else', () => {
    expect(overNotes().connection).toMatchObject(ends)
    expect(() => connectionOver('tcp' as never, () => ({}) as Line)).toThrow(TypeError)
  })
})

test('what is written is not what a reader in this process gets to change', async () => {
  const given: Uint8Array[] = []
  const stream = new Duplex({ read() {}, write: (chunk, _encoding, done) => done(void given.push(chunk) as never) })
  const connection = overStream(ends, stream, setImmediate)
  new EndOfConnection(connection).open()
  const written = Uint8Array.of(1, 2, 3)
  connection.write([written])
  given[0]?.fill(0)
  expect([...written]).toEqual([1, 2, 3])
  connection.destroy()
  await turn()
})
