import { parentPort, workerData } from 'node:worker_threads'
import { seededRandom } from '../../transport/random.ts'
import { corpusOf } from './corpus.ts'
import { Coverage } from './coverage.ts'
import { Fuzzer } from './fuzzer.ts'
import type { Done, Work } from './messages.ts'
import { loadTarget } from './targets.ts'

/** The thread in which a target is fuzzed: another one sees to it that it goes on. */

const { name, seed, ms, keeps, showsMissed, shared } = workerData as Work
const head = new Int32Array(shared, 0, 2)
const current = new Uint8Array(shared, head.byteLength)

/** Processor time, in milliseconds: other programs take none of it. */
const processorMs = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

const begun = processorMs()
const coverage = new Coverage()
const target = await loadTarget(name)
const fuzzer = new Fuzzer({
  target,
  coverage,
  random: seededRandom(seed),
  now: processorMs,
  running: (input) => {
    current.set(input)
    head[1] = input.length
    Atomics.add(head, 0, 1)
  },
})
const inputs = await corpusOf(name, target)
await fuzzer.begin(inputs.values())
await fuzzer.run(ms)
const spentMs = processorMs() - begun
const done: Done = {
  executions: fuzzer.executions,
  spentMs,
  percent: coverage.percentOf(target.covers),
  fresh: fuzzer.kept.length - inputs.size,
  finds: fuzzer.finds,
  missed: showsMissed ? coverage.missed(target.covers) : [],
  kept: keeps ? await fuzzer.distilled() : [],
}
parentPort?.postMessage(done)
