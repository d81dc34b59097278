import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMetainfo, createSession, openMemoryStore, parseMetainfo } from 'peerchart'

const folder = await mkdtemp(join(tmpdir(), 'peerchart-'))
const files = await Promise.all(
  ['one.bin', 'two.bin'].map(async (name, i) => {
    const data = new Uint8Array(500_000).fill(i + 1)
    await writeFile(join(folder, name), data)
    return { data, metainfo: parseMetainfo(await createMetainfo(join(folder, name))) }
  }),
)
await rm(folder, { recursive: true })

const seeding = createSession({ listen: { host: '127.0.0.1', port: 0 }, maxConnections: 100 })
for (const { data, metainfo } of files) {
  const store = openMemoryStore(metainfo)
  for (let begin = 0; begin < data.length; begin += metainfo.pieceLength) {
    store.put(begin / metainfo.pieceLength, data.subarray(begin, begin + metainfo.pieceLength), () => {})
  }
  seeding.add({ metainfo, store }).start()
}

const downloading = createSession()
const done = files.map(({ metainfo }) => {
  const torrent = downloading.add({ metainfo, store: openMemoryStore(metainfo) })
  seeding.on('listening', ({ address }) => torrent.addPeer(address))
  torrent.start()
  return torrent.done
})

seeding.on('dropped', ({ reason }) => console.log('a connection ended before it found its torrent:', reason))
seeding.start()
await Promise.all(done)
await Promise.all([downloading.stop(), seeding.stop()])
console.log(`complete ${done.length} of ${files.length}, all through one port`)
