import { type Command, tellChart } from '../vocabulary/commands.ts'
import type { DownloadCore } from './slice.ts'

/** Bytes that may wait for the disk before no more are asked for: a slow disk slows the download, it does not fill memory. */
const verifyingBytesMax = 64 * 1024 * 1024

/** So much waits to be verified that no peer is asked for more. */
export const isDiskBehind = (core: DownloadCore): boolean => core.verifyingBytes > verifyingBytesMax

/** Tells the chart that the disk is behind, or keeps up again. */
export function tellDisk(core: DownloadCore): Command[] {
  const isBehind = isDiskBehind(core)
  if (isBehind === core.toldDiskBehind) return []
  core.toldDiskBehind = isBehind
  return [tellChart(core, { type: isBehind ? 'disk.behind' : 'disk.keeping_up' })]
}
