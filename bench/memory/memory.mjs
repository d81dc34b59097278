import { fileURLToPath } from 'node:url'
import { startJsonLines } from '../lib/json-lines.mjs'
import { heading, spread, table, target, times } from '../lib/report.mjs'
import { median } from '../lib/rounds.mjs'

const measured = fileURLToPath(new URL('measured.mjs', import.meta.url))

const kibibyte = 1024
const heapBytesMax = 16 * kibibyte

/**
 * What an open, idle connection end costs: a torrent in a process of its own accepts them over loopback TCP, each as torrent,
 * group, peer and transport actor with its socket; the remote ends live in yet another process.
 */
export async function memory({ smoke }) {
  const counts = smoke ? [5, 20] : [100, 1000, 5000]
  const rounds = smoke ? 1 : 5
  heading('memory: of an open, idle connection end over loopback TCP; what it adds to an idle torrent')
  const results = counts.map(() => ({ heap: [], rss: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const [nth, count] of counts.entries()) {
      const run = startJsonLines(process.execPath, ['--expose-gc', measured, String(count)])
      const { heap, rss } = await run.next('measured')
      await run.ended
      results[nth].heap.push(heap)
      results[nth].rss.push(rss)
    }
  }
  const kib = (bytes) => `${(bytes / kibibyte).toFixed(1)} KiB`
  table([
    ['connections', 'heap: least', 'median', 'most', 'RSS: least', 'median', 'most'],
    ...counts.map((count, nth) => [count, ...spread(results[nth].heap, kib), ...spread(results[nth].rss, kib)]),
  ])
  const heaps = results.map(({ heap }) => median(heap))
  const greatest = Math.max(...heaps)
  target('heap an end, at most 16.0 KiB', kib(greatest), greatest <= heapBytesMax)
  const [few, many] = heaps.slice(-2)
  target(`${counts.at(-1)} beside ${counts.at(-2)} connections, at most 1.05x`, times(many / few), many / few <= 1.05)
}
