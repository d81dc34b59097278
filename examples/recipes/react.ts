import { useSelector } from '@xstate/react'
import { render, Text } from 'ink' // React in a terminal; in a browser's page it is the same
import { createTorrent, openMemoryStore, type PeerRef, selectors, type Torrent } from 'peerchart'
import { createElement, useEffect, useState } from 'react'
import { seeded } from './seeded.ts'

/** A peer's actor is what `useSelector` takes: the line is drawn again when one of these changes, and by no block. */
function PeerLine({ peer, name }: { peer: PeerRef; name: string }) {
  const isChoked = useSelector(peer, selectors.peerChoking)
  const isInterested = useSelector(peer, selectors.amInterested)
  return createElement(
    Text,
    null,
    `${name}: ${isChoked ? 'choked' : 'unchoked'}, ${isInterested ? '' : 'not '}interested`,
  )
}

/** Drawn again with each piece; React and Ink join what comes close together. */
function Swarm({ torrent }: { torrent: Torrent }) {
  const [, draw] = useState(0)
  useEffect(() => {
    const { unsubscribe } = torrent.on('piece', () => draw((count) => count + 1))
    return unsubscribe
  }, [torrent])
  const lines = torrent.peers.flatMap(({ address }) => {
    const peer = torrent.peer(address)?.actor
    const name = `${address.host}:${address.port}`
    return peer ? [createElement(PeerLine, { key: name, peer, name })] : []
  })
  return [createElement(Text, { key: 'progress' }, `${torrent.pieces?.count ?? 0} pieces`), ...lines]
}

const { metainfo, address, stop } = await seeded()
const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers: [address] })
const view = render(createElement(Swarm, { torrent }), { patchConsole: false })
torrent.start()
await torrent.done
view.unmount()
await torrent.stop()
await stop()
console.log('complete, drawn by React')
