import { parentPort, workerData } from 'node:worker_threads'
import { createMetainfo } from '../../index.ts'

/** Makes the .torrent it was asked for on a thread of its own, and answers with the bytes, or what went wrong. */
const { path, options } = workerData
createMetainfo(path, { ...options, onProgress: (hashed, total) => parentPort?.postMessage({ hashed, total }) }).then(
  (torrent) => parentPort?.postMessage({ torrent }),
  (error: unknown) => parentPort?.postMessage({ message: error instanceof Error ? error.message : String(error) }),
)
