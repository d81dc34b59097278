import { describe, expect, test } from 'vitest'
import { isPassing, Patience, restMs, restsMax, retryDelaysMs } from '../../storage/patience.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'

const failure = (code: string, path?: string) => Object.assign(new Error(code), { code, path })
const turns = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

/** A read that fails with each of these codes, and then succeeds. */
function reading(...codes: string[]) {
  let reads = 0
  const read = async () => {
    const code = codes[reads++]
    if (code !== undefined) throw failure(code)
    return 'read'
  }
  return { read, count: () => reads }
}

test('a read that fails for a reason which passes is tried again, after the delays, and no more often', async () => {
  const clock = new SimulatedClock()
  const { read, count } = reading('EIO', 'ETIMEDOUT', 'EAGAIN')
  const result = new Patience(clock).with(read)
  for (const [tries, delayMs] of retryDelaysMs.entries()) {
    await turns()
    expect(count()).toBe(tries + 1)
    clock.advance(delayMs)
  }
  expect(await result).toBe('read')
  expect(clock.pending).toBe(0)
})

test('any other failure is told at once', async () => {
  const clock = new SimulatedClock()
  await expect(new Patience(clock).with(reading('EACCES').read)).rejects.toThrow('EACCES')
  expect(clock.pending).toBe(0)
})

test('a disk that tells no path is not waited for again once it did not come back, until it has answered, and not for a while', async () => {
  const clock = new SimulatedClock()
  const patience = new Patience(clock)
  const lost = patience.with(reading(...Array(9).fill('EIO')).read)
  for (const delayMs of retryDelaysMs) {
    await turns()
    clock.advance(delayMs)
  }
  await expect(lost).rejects.toThrow('EIO')
  await expect(patience.with(reading('EIO').read)).rejects.toThrow('EIO')
  expect(await patience.with(reading().read)).toBe('read')
  await expect(patience.with(reading('EIO').read)).rejects.toThrow('EIO')
  clock.advance(restMs)
  const waits = patience.with(reading('EIO').read)
  await turns()
  expect(clock.pending).toBe(1)
  patience.end()
  expect([await waits, clock.pending]).toEqual(['read', 0])
})

describe('a file that did not come back', () => {
  const fails =
    (path: string, code = 'EIO') =>
    async () => {
      throw failure(code, path)
    }

  /** Patience to which each of these was lost, and whether a read of a file is waited for now. */
  const lostTo = async (...paths: string[]) => {
    const clock = new SimulatedClock()
    const patience = new Patience(clock)
    const lost = Promise.allSettled(paths.map((path) => patience.with(fails(path))))
    for (const delayMs of retryDelaysMs) {
      await turns()
      clock.advance(delayMs)
    }
    await lost
    const waitsFor = async (path: string, code?: string) => {
      const before = clock.pending
      const read = patience.with(fails(path, code)).catch(() => {})
      await turns()
      const waits = clock.pending > before
      patience.end()
      await read
      return waits
    }
    return { clock, patience, waitsFor }
  }

  test('rests, and is waited for with another code, as the others are', async () => {
    expect(await (await lostTo('a')).waitsFor('a')).toBe(false)
    expect(await (await lostTo('a')).waitsFor('a', 'EAGAIN')).toBe(true)
    expect(await (await lostTo('a')).waitsFor('b')).toBe(true)
  })

  test('rests with all others, as soon as three do, however many were lost', async () => {
    expect(restsMax).toBe(3)
    expect(await (await lostTo('a', 'b')).waitsFor('c')).toBe(true)
    const { clock, patience, waitsFor } = await lostTo('a', 'b', 'c', 'd')
    clock.advance(restMs)
    await expect(patience.with(fails('e'))).rejects.toThrow('EIO')
    await patience.with(async () => 'read')
    expect(await waitsFor('e')).toBe(true)
  })
})

test('a stale handle of NFS, for which Node has no name, passes too', () => {
  expect(isPassing(Object.assign(new Error('Unknown system error -116'), { errno: -116 }))).toBe(true)
  expect(isPassing(failure('ENOENT'))).toBe(false)
})
