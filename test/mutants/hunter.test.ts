import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { begin, hangs, type Thread } from '../../mutants/hunter.ts'
import type { Told } from '../../mutants/messages.ts'

/** A thread that tells what the test has it tell. */
class FakeThread extends EventEmitter implements Thread {
  readonly asked: unknown[] = []
  readonly terminate = vi.fn(async () => 0)

  postMessage(ask: unknown): void {
    this.asked.push(ask)
  }

  tell(told: Told): void {
    this.emit('message', told)
  }
}

const ready: Told = { type: 'ready', mutants: [{ place: 'on', kind: 'dropped' }] }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** What becomes of a thread that begins. */
function beginning() {
  const thread = new FakeThread()
  const begun = begin('lamp', thread)
  const failure = begun.then(
    () => undefined,
    (error: Error) => error.message,
  )
  return { thread, begun, failure }
}

test('a thread that is late to begin is waited for: a minute beyond the time that it has', async () => {
  const { thread, begun } = beginning()
  await vi.advanceTimersByTimeAsync(300_000 + 59_000)
  thread.tell(ready)
  expect((await begun).names).toEqual(['on: dropped'])
})

test('and no longer', async () => {
  const { thread, failure } = beginning()
  await vi.advanceTimersByTimeAsync(300_000 + 60_000)
  expect(await failure).toBe(`lamp: without a mutant ${hangs}`)
  expect(thread.terminate).toHaveBeenCalledOnce()
})

test('each file of tests that begins has its own time', async () => {
  const { thread, failure } = beginning()
  for (let file = 0; file < 3; file++) {
    await vi.advanceTimersByTimeAsync(150_000)
    thread.tell({ type: 'testing', file: 'a', msMax: 100_000 })
  }
  await vi.advanceTimersByTimeAsync(159_000)
  expect(thread.terminate).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await failure).toBe(`lamp: without a mutant ${hangs}`)
})

test('a test that fails without a mutant is told', async () => {
  const { thread, failure } = beginning()
  thread.tell({ type: 'broken', test: 'it shines' })
  expect(await failure).toBe('lamp: without a mutant fails it shines')
})

test('one whose own code throws is told, and not waited for any more', async () => {
  const { thread, failure } = beginning()
  thread.emit('error', new Error('no memory'))
  expect(await failure).toBe('no memory')
  expect(vi.getTimerCount()).toBe(0)
})

test('of a mutant the tests end in their time, or never', async () => {
  const { thread, begun } = beginning()
  thread.tell(ready)
  const hunter = await begun
  const noticed = hunter.tries(0)
  thread.tell({ type: 'testing', file: 'a', msMax: 20_000 })
  thread.tell({ type: 'tried', test: 'it shines' })
  expect([await noticed, thread.asked]).toEqual(['it shines', [{ mutant: 0 }]])
  const hanging = hunter.tries(0)
  thread.tell({ type: 'testing', file: 'a', msMax: 20_000 })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await hanging).toBe(hangs)
  expect(thread.terminate).toHaveBeenCalledOnce()
})

test('one that dies, amid a mutant or while it has none, tries none any more', async () => {
  const { thread, begun } = beginning()
  thread.tell(ready)
  const hunter = await begun
  const tried = hunter.tries(0)
  thread.emit('error', new Error('no memory'))
  await expect(tried).rejects.toThrow('no memory')
  await expect(hunter.tries(0)).rejects.toThrow('no memory')
  const other = beginning()
  other.thread.tell(ready)
  const idle = await other.begun
  other.thread.emit('error', new Error('no memory'))
  await expect(idle.tries(0)).rejects.toThrow('no memory')
  expect([thread.asked.length, other.thread.asked.length, vi.getTimerCount()]).toEqual([1, 0, 0])
})
