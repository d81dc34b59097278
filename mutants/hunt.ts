import { Worker } from 'node:worker_threads'
import type { Ask, Told, Work } from './messages.ts'
import { nameOf } from './mutants.ts'

/** How long a thread may take to begin, in milliseconds: it compiles, and runs the tests without a mutant. */
const beginMs = 300_000

/** What became of a mutant: the first test that noticed it, if any did. */
export interface Tried {
  readonly name: string
  readonly test: string | undefined
}

/** Tries the mutants of a chart that `choose` picks, by their names, in so many threads; `tell` is told of each. */
export async function hunt(
  chart: string,
  choose: (names: readonly string[]) => readonly string[],
  threads: number,
  tell: (tried: Tried) => void = () => {},
): Promise<readonly Tried[]> {
  const first = await begun(chart)
  const numbers = new Map(first.names.map((name, i) => [name, i]))
  const waiting = [...choose(first.names)]
  const done: Tried[] = []
  const work = async (begins: Promise<Hunter>) => {
    let hunter = await begins
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const test = await hunter.tries(numbers.get(name) ?? 0)
      done.push({ name, test })
      tell({ name, test })
      if (test === hangs) hunter = await begun(chart)
    }
    await hunter.end()
  }
  const others = Array.from({ length: Math.min(threads, waiting.length) - 1 }, () => begun(chart))
  await Promise.all([Promise.resolve(first), ...others].map(work))
  return done
}

/** A thread that has begun. */
interface Hunter {
  readonly names: readonly string[]
  /** The test that notices a mutant. A thread that hangs is no more. */
  tries(mutant: number): Promise<string | undefined>
  end(): Promise<unknown>
}

/** What is said of a mutant with which the tests never end: it is noticed, too. */
const hangs = 'the tests do not end'

async function begun(chart: string): Promise<Hunter> {
  const data: Work = { chart }
  // What the tests print, nobody reads.
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: data, stdout: true, stderr: true })
  worker.stdout.resume()
  worker.stderr.resume()
  /** What it tells next of its work; undefined where it does not come to it in time. */
  const answer = () =>
    new Promise<Told | undefined>((resolve, reject) => {
      const settle = (told: Told | undefined) => {
        clearTimeout(timer)
        worker.off('message', listen)
        worker.off('error', reject)
        resolve(told)
      }
      let timer = setTimeout(settle, beginMs, undefined)
      const listen = (told: Told) => {
        if (told.type !== 'testing') return settle(told)
        clearTimeout(timer)
        timer = setTimeout(settle, told.msMax, undefined)
      }
      worker.on('message', listen)
      worker.once('error', reject)
    })
  const ready = await answer()
  if (ready?.type !== 'ready') {
    await worker.terminate()
    throw new Error(`${chart}: without a mutant ${ready?.type === 'broken' ? `fails ${ready.test}` : hangs}`)
  }
  return {
    names: ready.mutants.map(nameOf),
    async tries(mutant) {
      const ask: Ask = { mutant }
      worker.postMessage(ask)
      const told = await answer()
      if (told === undefined) await worker.terminate()
      return told === undefined ? hangs : told.type === 'tried' ? told.test : undefined
    },
    end: () => worker.terminate(),
  }
}
