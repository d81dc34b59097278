import { parentPort } from 'node:worker_threads'
import type { Chart } from '../../diagram/model.ts'
import { draw } from './draw.ts'

/** Draws each chart it is sent, and answers with the pictures: what takes a second does not hold up the program. */
parentPort?.on('message', (chart: Chart) => {
  draw(chart).then((drawn) => parentPort?.postMessage(drawn))
})
