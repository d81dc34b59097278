import { expect, test } from 'vitest'
import { openPeerBook } from '../../../cli/torrent/peer-book.ts'
import { FakeTorrent, peerSummary } from '../fake-torrent.ts'

/** A book, and who tells it how the peer at a port stands. */
function aBook() {
  const torrent = new FakeTorrent()
  const book = openPeerBook(torrent)
  const tell = (port: number, change: Parameters<typeof peerSummary>[0] = {}) =>
    torrent.emit({ type: 'peer', peer: peerSummary({ address: { host: '127.0.0.1', port }, ...change }) })
  const ports = () => book.peers().map(({ address, direction }) => `${direction} ${address.port}`)
  return { torrent, book, tell, ports }
}

test('a book keeps how each peer stood last, also one that the torrent has forgotten, until it is stopped', () => {
  const { book, tell } = aBook()
  tell(1)
  tell(1, { state: 'closed', reason: 'transport.closed' })
  book.stop()
  tell(2)
  expect(book.peers().map(({ reason, state }) => [state, reason])).toEqual([['closed', 'transport.closed']])
})

test('a book keeps the newest 200 peers', () => {
  const { tell, ports } = aBook()
  for (let port = 1; port <= 201; port++) tell(port)
  expect([ports().length, ports()[0]]).toEqual([200, 'out 2'])
})

test('a connection to ourselves is none to a peer: neither end of it stays in the book', () => {
  const { tell, ports } = aBook()
  tell(1, { state: 'connecting' })
  tell(1, { state: 'connecting', direction: 'in' })
  tell(2)
  for (const direction of ['in', 'out'] as const)
    tell(1, { state: 'closed', direction, reason: 'local.self_connection' })
  expect(ports()).toEqual(['out 2'])
})
