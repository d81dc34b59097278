import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMetainfo, createTorrent, openFileStore, openMemoryStore, parseMetainfo } from 'peerchart'
import { unixTransport } from './unix-sockets.ts'

const folder = await mkdtemp(join(tmpdir(), 'peerchart-'))
await writeFile(join(folder, 'hello.bin'), new Uint8Array(1_000_000).fill(42))
const metainfo = parseMetainfo(await createMetainfo(join(folder, 'hello.bin')))

const transport = unixTransport(folder)
const store = await openFileStore(metainfo, folder, { readOnly: true })
const seeder = createTorrent({ metainfo, store, transport, listen: { host: 'localhost', port: 0 } })
const leecher = createTorrent({ metainfo, store: openMemoryStore(metainfo), transport })

seeder.on('listening', ({ address }) => leecher.addPeer(address))
leecher.on('peer', ({ peer }) => console.log('peer', peer.state, 'by', peer.transport))

seeder.start()
leecher.start()
const { downloaded } = await leecher.done
await Promise.all([leecher.stop(), seeder.stop()])
await rm(folder, { recursive: true })
console.log('complete', downloaded, 'bytes, no network')
