import { Worker } from 'node:worker_threads'
import type { Done, Work } from './messages.ts'

/** The longest input, in bytes, that is known of a thread which ended early. */
const inputBytesMax = 1024 * 1024

/** How long an input may keep the thread, in milliseconds, before it is ended; and how long the thread may take to begin. */
const hangMs = 60_000
const beginMs = 120_000

/** Memory of the thread beside buffers, in MiB. */
const heapMiBMax = 512

/** Fuzzes a target in a thread of its own, which is ended when it hangs. What ends it is a find: the input that it was at. */
export function supervised(work: Omit<Work, 'shared'>): Promise<Done> {
  const shared = new SharedArrayBuffer(8 + inputBytesMax)
  const head = new Int32Array(shared, 0, 2)
  const data: Work = { ...work, shared }
  return new Promise((resolve) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: heapMiBMax },
    })
    let lastCount = 0
    let lastAt = performance.now()
    const timer = setInterval(() => {
      const count = Atomics.load(head, 0)
      const now = performance.now()
      if (count !== lastCount) lastAt = now
      lastCount = count
      if (now - lastAt > (count === 0 ? beginMs : hangMs))
        fail(`it has not ended after ${Math.round((now - lastAt) / 1000)} s`)
    }, 500)
    const settle = (done: Done) => {
      clearInterval(timer)
      worker.terminate()
      resolve(done)
    }
    const fail = (what: string) => {
      const input = new Uint8Array(shared, 8).slice(0, head[1])
      settle({
        executions: head[0] ?? 0,
        spentMs: 0,
        percent: 0,
        fresh: 0,
        finds: [{ input, what }],
        missed: [],
        kept: [],
      })
    }
    worker.on('message', settle)
    worker.on('error', (error) => fail(error.stack ?? String(error)))
    worker.on('exit', (code) => fail(`the thread ended with exit code ${code}`))
  })
}
