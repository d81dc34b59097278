import { createTorrent, openMemoryStore } from 'peerchart'
import { seeded } from './seeded.ts'

const { metainfo, address, stop } = await seeded()
const torrent = createTorrent({
  metainfo,
  store: openMemoryStore(metainfo),
  peers: [address],
  files: ({ path }) => (path.endsWith('.mkv') ? 'high' : 'skip'),
})
torrent.start()
await torrent.done
for (const { path, progress, priority } of torrent.files) console.log(path, priority, `${Math.floor(progress * 100)} %`)

torrent.select({ 1: 'normal' }) // by their numbers in the torrent; `done` is another promise from here on
await torrent.done
await torrent.stop()
await stop()
console.log('complete', torrent.pieces?.count, 'pieces')
