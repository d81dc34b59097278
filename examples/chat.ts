import { bencoded, createMetainfo, createTorrent, defineExtension, openMemoryStore, parseMetainfo } from 'peerchart'

// An extension of the peer protocol (BEP 10): the side that dialled says the first line, each line is answered with the next.
const chat = (name: string, lines: string[], over?: () => void) =>
  defineExtension({
    name: 'pc_chat',
    codec: bencoded,
    start: (host) => ({
      greeted: (peer) => peer.direction === 'out' && host.send(peer, lines.shift() ?? ''),
      message(peer, line) {
        if (line instanceof Uint8Array) console.log(`${name} hears: ${new TextDecoder().decode(line)}`)
        if (lines.length > 0) host.send(peer, lines.shift() ?? '')
        else over?.()
      },
    }),
  })

// Two clients on loopback, with a torrent of this very file, of which neither has a piece.
const metainfo = parseMetainfo(await createMetainfo(import.meta.filename))
const join = () => createTorrent({ metainfo, store: openMemoryStore(metainfo), listen: { host: '127.0.0.1', port: 0 } })
const [alice, bob] = [join(), join()]
bob.addExtension(chat('bob', ['Hello, Alice.', 'Bye!']))
const over = new Promise<void>((resolve) => {
  alice.addExtension(chat('alice', ['Hello, who is there?', 'I must go.'], resolve))
})
bob.on('listening', ({ address }) => alice.addPeer(address))
for (const torrent of [alice, bob]) torrent.start()
await over
await Promise.all([alice.stop(), bob.stop()])
