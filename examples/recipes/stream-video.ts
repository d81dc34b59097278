import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTorrent, openMemoryStore } from 'peerchart'
import { serveFile } from '../http-range.ts'
import { seeded } from './seeded.ts'

const { metainfo, address, stop } = await seeded()
const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers: [address] })
torrent.start()

const film = torrent.files.find(({ path }) => path.endsWith('.mkv'))
if (!film) throw new Error('the torrent has no film')
const server = createServer(serveFile(film, 'video/x-matroska')).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
console.log('mpv, VLC or a browser plays', url)

// What a player does that is told to go on near the end.
const played = await fetch(url, { headers: { range: 'bytes=500000-' } })
console.log(played.status, played.headers.get('content-range'))
const { byteLength } = await played.arrayBuffer()
server.close()
await torrent.stop()
await stop()
console.log('played', byteLength, 'bytes of', film.length)
