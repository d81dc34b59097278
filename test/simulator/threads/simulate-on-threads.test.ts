import { expect, test } from 'vitest'
import type { Scenario } from '../../../simulator/run/scenario.ts'
import { simulate } from '../../../simulator/run/simulate.ts'
import { library } from '../../../simulator/scenarios/library.ts'
import { simulateOnThreads } from '../../../simulator/threads/simulate-on-threads.ts'
import { firstOf } from '../../in-full.ts'

const worker = new URL('../../../dist/cli/process/simulate-worker.js', import.meta.url)

const crowd = (size: object) => library.flash_crowd?.make(size) as Scenario

test.each(firstOf(1, [2, 1, 3]))(
  '%i threads come to the same as none, and tell how it goes',
  async (threads) => {
    const scenario = crowd({ peers: 4, bytes: 256 * 1024 })
    const told: number[] = []
    const here = await simulate(scenario, { seed: 7, onProgress: ({ seconds }) => void told.push(seconds) })
    const toldThere: number[] = []
    const there = await simulateOnThreads(worker, threads)(scenario, {
      seed: 7,
      onProgress: ({ seconds }) => void toldThere.push(seconds),
    })
    expect(there).toEqual(here)
    expect(told.length).toBeGreaterThan(1)
    expect(toldThere).toEqual(told)
  },
  60_000,
)

test('what is no scenario is said before a thread is started', async () => {
  const wrong = { ...crowd({ peers: 4 }), torrent: { bytes: 0, pieceBytes: 65_536 } }
  await expect(simulateOnThreads(new URL('file:///nowhere.js'), 2)(wrong)).rejects.toThrow('bytes of the torrent')
})

/** A worker whose second thread does so, while the others wait for it. */
function unlike(second: string): URL {
  const code = `import { workerData } from 'node:worker_threads'
    if (workerData.nth === 1) ${second}
    for (const port of workerData.ports.values()) port.on('message', () => undefined)`
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}

test.each([
  ['throws', 'throw new Error("broken")', 'broken'],
  ['ends early', 'process.exit()', 'a thread that simulates has ended'],
])('a thread that %s ends the others, and the simulation fails', async (_, second, message) => {
  await expect(simulateOnThreads(unlike(second), 3)(crowd({ peers: 4 }))).rejects.toThrow(message)
})

test('threads end when the signal is aborted, and tell no more of how it goes', async () => {
  const ending = new AbortController()
  let told = 0
  const onProgress = () => {
    told++
    ending.abort(new Error('enough'))
  }
  // The simulation itself takes minutes.
  const running = simulateOnThreads(worker, 2)(crowd({ peers: 60 }), { onProgress, signal: ending.signal })
  await expect(running).rejects.toThrow('enough')
  expect(told).toBe(1)
})
