import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bencoded, createTorrent, openMemoryStore } from 'peerchart'
import { seeded } from './seeded.ts'

// A tracker on loopback that remembers each port that it was told.
const ports = new Set<number>()
const tracker = createServer((request, response) => {
  const asked = new URL(request.url ?? '/', 'http://localhost').searchParams
  ports.add(Number(asked.get('port')))
  const peers = Buffer.from([...ports].flatMap((port) => [127, 0, 0, 1, port >> 8, port & 255]))
  response.end(bencoded.encode({ interval: 60, peers }))
})
await new Promise<void>((resolve) => tracker.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(tracker.address() as AddressInfo).port}/announce`

const { metainfo, stop } = await seeded({ trackers: [url] })
const torrent = createTorrent({
  metainfo,
  store: openMemoryStore(metainfo),
  listen: { host: '127.0.0.1', port: 0 },
  trackers: [url], // besides those that the torrent names; `addTracker` adds more later
})
torrent.on('tracker', ({ url, state }) => console.log(url, state))
torrent.start()
const { downloaded } = await torrent.done
await torrent.stop()
await stop()
tracker.close()
console.log('complete', downloaded, 'bytes, found by a tracker')
