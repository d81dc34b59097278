import type { Context } from '../context/context.ts'

/** In bytes: what is hashed before anybody looks needs no progress. */
const shownFrom = 100_000_000
const intervalMs = 1_000

/** Shows how far data has been hashed, once a second, where it is more than 100 MB: what it answers is to be told that. */
export function hashingProgress(name: string, { clock, output }: Pick<Context, 'clock' | 'output'>) {
  const start = clock.now()
  let shownAt = start
  return (bytes: number, total: number): void => {
    const now = clock.now()
    if (total < shownFrom || now - shownAt < intervalMs) return
    shownAt = now
    output.event({ event: 'hashed', bytes, total })
    const rateDown = (1000 * bytes) / Math.max(1, now - start)
    const torrent = { done: bytes, length: total, secondsLeft: (total - bytes) / rateDown }
    output.standings([{ name, pieces: bytes, total, torrent }])
  }
}
