// Plays a film of seeders on loopback while it is downloaded, from its beginning and then from other places:
// `node player.mjs <pieces> <piece length> <folder> <bytes a second> <seconds at each place> <port>...`.
import { createTorrent, openFileStore } from '../../dist/index.js'
import { memoryPeak } from '../lib/process-figures.mjs'
import { createComparison, film } from './film.mjs'

/** Where it seeks to, as shares of the film: nothing is there of these parts but for single pieces. */
const seeks = [0.6, 0.3, 0.8]
/** It shows nothing before it has had the first bytes for so long, in milliseconds. */
const bufferMs = 1000

const [pieces, pieceLength, folder, rate, seconds, ...ports] = process.argv
  .slice(2)
  .map((word, nth) => (nth === 2 ? word : Number(word)))
const metainfo = film({ pieces, pieceLength })
const isRight = createComparison(metainfo)
const torrent = createTorrent({
  metainfo,
  store: await openFileStore(metainfo, folder),
  peers: ports.map((port) => ({ host: '127.0.0.1', port })),
})
const [file] = torrent.files

/** Plays from a byte on; answers the milliseconds to the first one, and those that it stood still later. */
async function play(start) {
  const askedAt = performance.now()
  let firstMs
  let waitedMs = 0
  let dueAt = 0
  let at = start
  for await (const chunk of file.stream({ start })) {
    const now = performance.now()
    if (!isRight(chunk, at)) throw new Error(`wrong bytes at ${at}`)
    at += chunk.length
    if (firstMs === undefined) {
      firstMs = now - askedAt
      dueAt = now + bufferMs
    } else if (now > dueAt) {
      waitedMs += now - dueAt
      dueAt = now
    }
    if (at - start > rate * seconds) break
    // The next bytes are due when these were shown, and asked for as long before as it buffers.
    dueAt += (chunk.length / rate) * 1000
    const early = dueAt - bufferMs - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
  }
  return { firstMs, waitedMs }
}

torrent.start()
const parts = [await play(0)]
for (const share of seeks) parts.push(await play(Math.floor(share * pieces * pieceLength)))
console.log(JSON.stringify({ event: 'played', parts, rss: memoryPeak(process.pid) }))
await torrent.stop()
