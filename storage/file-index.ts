import type { TorrentFile } from './metainfo.ts'

/** The index of the file that holds the byte at `offset` of the torrent, by bisection: torrents have 100,000 files. */
export const fileIndexAt = (files: readonly TorrentFile[], offset: number): number => {
  let low = 0
  let high = files.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    // Empty files stand before the file with bytes at the same offset, so the last one that fits is it.
    if ((files[middle]?.offset ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
