import { describe, expect, test } from 'vitest'
import { endingMs, Interruption, untilAborted } from '../../../cli/process/exit.ts'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'
import { sampleTorrentFile } from '../sample-file.ts'

async function startDownload(world = fakeIo()) {
  const code = run(['download', await sampleTorrentFile()], world.io)
  await world.torrent.started
  return { ...world, code }
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, exitCode) => {
  test(`stops the torrent before the exit code ${exitCode} is answered, and prints no error`, async () => {
    const world = fakeIo()
    let flush = () => {}
    world.torrent.stop = () =>
      new Promise((resolve) => {
        flush = resolve
      })
    const { code, interrupt, stderr } = await startDownload(world)
    let ended = false
    code.then(() => {
      ended = true
    })
    interrupt(signal)
    await new Promise(setImmediate)
    expect(ended).toBe(false)
    flush()
    expect(await code).toBe(exitCode)
    expect(stderr.text).toBe('')
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'as the second, after %s, ends the process at once',
    async (first) => {
      const world = fakeIo()
      world.torrent.stop = () => new Promise(() => {})
      const { interrupt, exits } = await startDownload(world)
      interrupt(first)
      expect(exits).toEqual([])
      interrupt(signal)
      expect(exits).toEqual([exitCode])
    },
  )

  test('waits for a torrent that does not stop no longer than a command has time to end', async () => {
    const world = fakeIo()
    world.torrent.stop = () => new Promise(() => {})
    const { code, clock, interrupt, stderr } = await startDownload(world)
    let ended = false
    code.then(() => {
      ended = true
    })
    interrupt(signal)
    clock.advance(endingMs - 1)
    await new Promise(setImmediate)
    expect(ended).toBe(false)
    clock.advance(1)
    expect(await code).toBe(exitCode)
    expect(stderr.text).toBe('')
  })

  test.each(['download', 'seed'])('waits for no store that does not open: %s', async (command) => {
    const { io, interrupt } = fakeIo({
      api: {
        openFileStore() {
          setImmediate(() => interrupt(signal))
          return new Promise<never>(() => {})
        },
      },
    })
    expect(await run([command, await sampleTorrentFile()], io)).toBe(exitCode)
  })

  test('gives the terminal its cursor back, and leaves its line wrap as it is', async () => {
    const { clock, torrent, stdout, code, interrupt } = await startDownload(fakeIo({ isTTY: true }))
    torrent.emit({ type: 'verified', pieces: 0, total: 4 })
    clock.advance(1_000)
    expect(cursorOf(stdout.text)).toBe('l')
    interrupt(signal)
    await code
    expect(cursorOf(stdout.text)).toBe('h')
    expect(stdout.text).not.toContain('\u001b[?7')
  })

  test('is left to others once the command has ended', async () => {
    const { interrupts, interrupt, code } = await startDownload()
    expect(interrupts.size).toBe(1)
    interrupt(signal)
    await code
    expect(interrupts.size).toBe(0)
  })
})

/** What a terminal was last told of its cursor (DECTCEM): `h` for on, `l` for off. */
const cursorOf = (text: string) => text.charAt(text.lastIndexOf('\u001b[?25') + '\u001b[?25'.length)

describe('a closed pipe (EPIPE)', () => {
  test('ends a running command quietly, its torrent stopped', async () => {
    const { stdout, stderr, torrent, code } = await startDownload()
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect(await code).toBe(141)
    expect(stderr.text).toBe('')
    expect(torrent.stopped).toBe(1)
  })

  test('that shows after the command has ended is no error', async () => {
    const { io, stdout } = fakeIo()
    expect(await run(['diagram'], io)).toBe(0)
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await new Promise(setImmediate)
  })

  test('is not what any other write error is: that one is told', async () => {
    const { stdout, stderr, code } = await startDownload()
    stdout.destroy(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' }))
    expect(await code).toBe(1)
    expect(stderr.text).toBe('peerchart: the disk is full\n')
  })
})

test('untilAborted waits for nothing when the end was asked for before', async () => {
  const reason = new Interruption(130)
  await expect(untilAborted(new Promise(() => {}), AbortSignal.abort(reason))).rejects.toBe(reason)
})
