import type { PieceSet } from '../../piece-set.ts'
import { PieceBuffers } from './piece-buffers.ts'
import type { DownloadCore, DownloadSlice } from './slice.ts'

type Verifying = Pick<DownloadSlice, 'buffers' | 'verifying' | 'verifyingBytes'>

/** The storage has answered about a piece that it was handed; false when that was given up meanwhile, with a check. */
export function endVerifying(core: Verifying, index: number, data: Uint8Array): boolean {
  if (!core.verifying.delete(index)) return false
  core.verifyingBytes -= data.length
  core.buffers.recycle(data)
  return true
}

/** It was wrong. */
export function noteSpoilt(core: Pick<DownloadSlice, 'corrupt'>, data: Uint8Array): void {
  core.corrupt += data.length
}

type Dropping = Verifying & Pick<DownloadCore, 'layout' | 'picker' | 'wasted'>

/** The disk was looked at, before the picker hears of it: what came and is not there is to be fetched again. */
export function dropBlocks(core: Dropping, have: PieceSet): void {
  const { layout } = core
  for (const { index } of core.picker.partials) if (!core.verifying.has(index)) noteDropped(core, index)
  for (const index of core.verifying) if (!have.has(index)) core.wasted += layout.pieceBytes(index)
  core.buffers = new PieceBuffers(layout)
  core.verifying = new Set()
  core.verifyingBytes = 0
}

/** What has come of a piece is of no use. */
export function noteDropped(core: Pick<Dropping, 'layout' | 'picker' | 'wasted'>, index: number): void {
  for (const block of core.picker.blocksHere(index)) core.wasted += core.layout.blockAt(index, block).length
}
