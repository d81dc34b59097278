import { execFileSync } from 'node:child_process'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBounded } from '../../../cli/process/bounded-file.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { temporaryFolder } from '../sample-file.ts'

const { signal } = new AbortController()
const boundsOn = (clock: SimulatedClock) => ({ what: 'list', bytesMax: 100_000, patienceMs: 5_000, clock, signal })

async function makePipe(): Promise<string> {
  const pipe = join(await temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  return pipe
}

/** Lets time pass until `work` has settled. */
async function passing<T>(clock: SimulatedClock, work: Promise<T>): Promise<T> {
  let isDone = false
  const end = () => {
    isDone = true
  }
  work.then(end, end)
  while (!isDone) {
    clock.advanceToNext()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return work
}

test('a file is read up to its bound, and refused beyond it', async () => {
  const path = join(await temporaryFolder(), 'x')
  const bounds = boundsOn(new SimulatedClock())
  for (const length of [0, 1, 65_536, 100_000]) {
    await writeFile(path, new Uint8Array(length).fill(7))
    expect(await readBounded(path, bounds)).toEqual(Buffer.alloc(length, 7))
  }
  await writeFile(path, new Uint8Array(100_001))
  await expect(readBounded(path, bounds)).rejects.toThrow(
    `${path} is not a usable list: it is longer than 100000 bytes`,
  )
})

test('a device without an end is read no further than its bound', async () => {
  const bounds = boundsOn(new SimulatedClock())
  await expect(readBounded('/dev/zero', bounds)).rejects.toThrow('/dev/zero is not a usable list: it is longer than')
  expect(await readBounded('/dev/null', bounds)).toHaveLength(0)
})

test('a pipe is read to its end, also when its writer comes late and pauses', async () => {
  const clock = new SimulatedClock()
  const pipe = await makePipe()
  const reading = readBounded(pipe, boundsOn(clock))
  const writer = await open(pipe, 'w')
  await writer.write('one ')
  const settled = passing(clock, reading)
  await writer.write('two')
  await writer.close()
  expect(String(await settled)).toBe('one two')
})

test('a pipe that brings nothing is given up, whether somebody holds its other end or not', async () => {
  const clock = new SimulatedClock()
  const pipe = await makePipe()
  const message = `gave up on ${pipe}: nothing came out of it for 5 s`
  await expect(passing(clock, readBounded(pipe, boundsOn(clock)))).rejects.toThrow(message)
  expect(clock.now()).toBe(5_000)
  const writer = await open(pipe, 'r+')
  await expect(passing(clock, readBounded(pipe, boundsOn(clock)))).rejects.toThrow(message)
  await writer.close()
})

test('a pipe is not waited for beyond the signal', async () => {
  const clock = new SimulatedClock()
  const ending = new AbortController()
  const reading = readBounded(await makePipe(), { ...boundsOn(clock), signal: ending.signal })
  ending.abort(new Error('enough'))
  await expect(passing(clock, reading)).rejects.toThrow('enough')
})
