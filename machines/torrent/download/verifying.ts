import type { Layout } from '../../layout.ts'
import { PieceBuffers } from './piece-buffers.ts'
import type { DownloadSlice } from './slice.ts'

type Verifying = Pick<DownloadSlice, 'buffers' | 'verifying' | 'verifyingBytes'>

/** The storage has answered about a piece that it was handed; false when that was given up meanwhile, with a check. */
export function endVerifying(core: Verifying, index: number, data: Uint8Array): boolean {
  if (!core.verifying.delete(index)) return false
  core.verifyingBytes -= data.length
  core.buffers.recycle(data)
  return true
}

/** The disk was looked at: what came and is not there is to be fetched again. */
export function dropBlocks(core: Verifying, layout: Layout): void {
  core.buffers = new PieceBuffers(layout)
  core.verifying = new Set()
  core.verifyingBytes = 0
}
