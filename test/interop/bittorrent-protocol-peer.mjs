import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import bencode from 'bencode'
import Protocol from 'bittorrent-protocol'

/**
 * node bittorrent-protocol-peer.mjs seed|leech TORRENT DIR: a peer for a torrent of one file, on the npm package bittorrent-protocol. Its
 * content is in memory. What the package leaves to its user stands here, in as few lines as it takes: who is unchoked (all), what is requested
 * (a piece at a time of whom it is interested in), and that a piece is right.
 */
const [role, torrentPath, dir] = process.argv.slice(2)
const { info } = bencode.decode(readFileSync(torrentPath))
const sha1 = (...parts) => createHash('sha1').update(Buffer.concat(parts)).digest()
const infoHash = sha1(bencode.encode(info))
const secretHash = sha1(Buffer.from('req2'), infoHash).toString('hex')
const size = info.length
const pieceLength = info['piece length']
const pieceCount = Math.ceil(size / pieceLength)
const blockLength = 16_384
const lengthOf = (index) => Math.min(pieceLength, size - index * pieceLength)
const content = role === 'seed' ? readFileSync(join(dir, Buffer.from(info.name).toString())) : Buffer.alloc(size)
const has = new Array(pieceCount).fill(role === 'seed')
const wires = new Set()

const accept = (socket) => {
  const wire = new Protocol('tcpIncoming', 1)
  let fetching = false
  socket.on('error', () => {})
  socket.on('close', () => {
    wires.delete(wire)
    wire.destroy()
  })
  wire.on('error', () => socket.destroy())
  wire.on('crypto-infohash', (hash) => {
    if (Buffer.from(hash).toString(typeof hash === 'string' ? 'utf8' : 'hex') !== secretHash) return wire.destroy()
    wire.setInfoHash(infoHash.toString('hex'))
  })
  wire.on('handshake', (hash) => {
    if (hash !== infoHash.toString('hex')) return wire.destroy()
    wires.add(wire)
    wire.handshake(infoHash, Buffer.concat([Buffer.from('-BP0509-'), randomBytes(12)]), { fast: true })
    if (has.every(Boolean) && wire.hasFast) wire.haveAll()
    else if (wire.hasFast && !has.some(Boolean)) wire.haveNone()
    else wire.bitfield(bitfield())
  })
  const look = () => {
    if (wanted(wire) !== undefined) wire.interested()
    else wire.uninterested()
    if (!fetching && !wire.peerChoking) fetch()
  }
  const fetch = () => {
    const index = wanted(wire)
    if (index === undefined || wire.destroyed) return
    fetching = true
    const blocks = Array.from({ length: Math.ceil(lengthOf(index) / blockLength) }, (_, nth) => nth * blockLength)
    const done = blocks.map((begin) => request(wire, index, begin, Math.min(blockLength, lengthOf(index) - begin)))
    Promise.all(done).then(
      (data) => {
        fetching = false
        const piece = Buffer.concat(data)
        if (!sha1(piece).equals(info.pieces.subarray(index * 20, index * 20 + 20))) return wire.destroy()
        piece.copy(content, index * pieceLength)
        has[index] = true
        for (const other of wires) other.have(index)
        look()
      },
      () => {
        fetching = false
      },
    )
  }
  for (const name of ['bitfield', 'have', 'have-all', 'unchoke']) wire.on(name, look)
  wire.on('interested', () => wire.unchoke())
  wire.on('request', (index, begin, length, respond) => {
    const isThere = has[index] === true && begin + length <= lengthOf(index) && length <= 8 * blockLength
    if (!isThere) return respond(new Error('there is no such block'))
    const at = index * pieceLength + begin
    respond(null, content.subarray(at, at + length))
  })
  socket.pipe(wire).pipe(socket)
}

const bitfield = () => {
  const bits = Buffer.alloc(Math.ceil(pieceCount / 8))
  for (let index = 0; index < pieceCount; index++) if (has[index]) bits[index >> 3] |= 0x80 >> (index & 7)
  return bits
}

/** The first piece that the remote has and we have not. */
const wanted = (wire) => {
  for (let index = 0; index < pieceCount; index++) if (!has[index] && wire.peerPieces.get(index)) return index
  return undefined
}

const request = (wire, index, begin, length) =>
  new Promise((resolve, reject) =>
    wire.request(index, begin, length, (error, data) => (error ? reject(error) : resolve(data))),
  )

const server = createServer(accept)
server.listen(0, '127.0.0.1', () => {
  const { address: host, port } = server.address()
  console.log(JSON.stringify({ event: 'listening', host, port }))
})
