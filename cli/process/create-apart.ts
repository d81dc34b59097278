import { Worker } from 'node:worker_threads'
import type { CreateOptions } from '../../index.ts'

type Answer =
  | { readonly hashed: number; readonly total: number }
  | { readonly torrent: Uint8Array }
  | { readonly message: string }

/**
 * `createMetainfo`, with the hashing on a thread of its own: signals are answered and progress is shown meanwhile, however large the pieces.
 * `worker`: create-worker.ts, built. The thread ends with the process.
 */
export function createApart(worker: URL): (path: string, options?: CreateOptions) => Promise<Uint8Array> {
  return (path, { onProgress, ...options } = {}) =>
    new Promise((resolve, reject) => {
      const thread = new Worker(worker, { workerData: { path, options } })
      thread.on('error', reject)
      thread.on('exit', () => reject(new Error('the thread that hashes has ended')))
      thread.on('message', (answer: Answer) => {
        if ('hashed' in answer) onProgress?.(answer.hashed, answer.total)
        else if ('torrent' in answer) resolve(answer.torrent)
        else reject(new Error(answer.message))
      })
    })
}
