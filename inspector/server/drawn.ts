import { Worker } from 'node:worker_threads'
import type { AnyStateMachine } from 'xstate'
import { chartOf } from '../../diagram/edges.ts'
import type { Drawn } from '../protocol/protocol.ts'
import { byPath } from './by-path.ts'

/** How long a drawing may take, in milliseconds. */
const drawingMs = 60_000

/** Has the statecharts that run drawn by a worker, each once; a `Drawn` is kept as its JSON. */
export class Drawings {
  readonly #worker: URL
  readonly #drawn = new WeakMap<AnyStateMachine, Promise<Buffer>>()

  /** `worker`: the module that draws (draw-worker.ts). */
  constructor(worker: URL) {
    this.#worker = worker
  }

  /** Rejects when a machine cannot be drawn. */
  of(machine: AnyStateMachine): Promise<Buffer> {
    const known = this.#drawn.get(machine)
    if (known) return known
    const drawn = this.#draw(machine).then((pictures) => Buffer.from(JSON.stringify(pictures)))
    this.#drawn.set(machine, drawn)
    // The next page may try again.
    drawn.catch(() => this.#drawn.delete(machine))
    return drawn
  }

  #draw(machine: AnyStateMachine): Promise<Drawn> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#worker)
      worker.unref()
      const timer = setTimeout(() => settle(() => reject(new Error('the drawing took too long'))), drawingMs)
      timer.unref()
      const settle = (then: () => void) => {
        clearTimeout(timer)
        worker.terminate()
        then()
      }
      worker.on('message', (drawn: Drawn) => settle(() => resolve(drawn)))
      worker.on('error', (error) => settle(() => reject(error)))
      worker.postMessage(byPath(chartOf(machine)))
    })
  }
}
