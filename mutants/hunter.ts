import type { EventEmitter } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterRunning } from './after-running.ts'
import type { Ask, Told, Work } from './messages.ts'
import { nameOf } from './mutants.ts'

/** How long a thread may take to begin, in milliseconds: it compiles, and runs the tests without a mutant. */
const beginMs = 300_000

/** How long it is waited for beyond that, and beyond the time of each file of its tests: a machine may do much else. */
const lateMs = 60_000

/** A thread that has begun. */
export interface Hunter {
  /** The mutants of its chart, in the order of their numbers. */
  readonly names: readonly string[]
  /** The test that notices a mutant. A thread that hangs is no more. Rejects when the thread is dead. */
  tries(mutant: number): Promise<string | undefined>
  end(): Promise<unknown>
}

/** What is said of a mutant with which the tests never end: it is noticed, too. */
export const hangs = 'the tests do not end'

/** What is said of a mutant of which the threads die that try it: it is noticed, too. */
export const dies = 'the tests end the thread that runs them'

/** A thread, as far as it is used here. */
export interface Thread extends Pick<EventEmitter, 'off' | 'on' | 'once'> {
  postMessage(ask: Ask): void
  terminate(): Promise<unknown>
}

/** Has a thread begin. Rejects when it does not do so in time, or when a test fails without a mutant. */
export async function begin(chart: string, thread: Thread = threadOf(chart)): Promise<Hunter> {
  /** What it tells next of its work, late by so much at most; undefined where it does not come to it. */
  const answer = (late: number) =>
    new Promise<Told | undefined>((resolve, reject) => {
      let callOff = () => {}
      const settle = (told: Told | undefined) => {
        hearNoMore()
        resolve(told)
      }
      const fail = (error: Error) => {
        hearNoMore()
        reject(error)
      }
      const hearNoMore = () => {
        callOff()
        thread.off('message', listen)
        thread.off('error', fail)
      }
      const within = (ms: number) => {
        callOff()
        callOff = afterRunning(ms + late, () => settle(undefined))
      }
      const listen = (told: Told) => (told.type === 'testing' ? within(told.msMax) : settle(told))
      within(beginMs)
      thread.on('message', listen)
      thread.once('error', fail)
    })
  const ready = await answer(lateMs)
  // It may die while nobody waits for it, of what an earlier mutant has left.
  let death: Error | undefined
  thread.on('error', (error: Error) => {
    death = error
  })
  if (ready?.type !== 'ready') {
    await thread.terminate()
    throw new Error(`${chart}: without a mutant ${ready?.type === 'broken' ? `fails ${ready.test}` : hangs}`)
  }
  return {
    names: ready.mutants.map(nameOf),
    async tries(mutant) {
      if (death) throw death
      const ask: Ask = { mutant }
      thread.postMessage(ask)
      const told = await answer(0)
      if (told === undefined) await thread.terminate()
      return told === undefined ? hangs : told.type === 'tried' ? told.test : undefined
    },
    end: () => thread.terminate(),
  }
}

function threadOf(chart: string): Worker {
  const data: Work = { chart }
  // What the tests print, nobody reads.
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: data, stdout: true, stderr: true })
  worker.stdout.resume()
  worker.stderr.resume()
  return worker
}
