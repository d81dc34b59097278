import { describe, expect, test } from 'vitest'
import { dialing } from '../../../../machines/torrent/connections/batching.ts'
import { memoryPair } from '../../../../transport/memory.ts'
import { downloading, meet } from '../a-torrent.ts'

type Torrent = ReturnType<typeof downloading>

const tell = (torrent: Torrent, count: number): void => {
  const contacts = Array.from({ length: count }, (_, i) => ({ address: { host: `10.0.0.${i}`, port: 6881 }, flags: 0 }))
  torrent.hear({ type: 'pex.contacts', peer: 0, contacts })
}

/** Seconds pass. Answers how many were dialled in all after each. */
const pass = (torrent: Torrent, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => {
    torrent.clock.advance(1_000)
    torrent.hear({ type: 'timer.tick', at: (from + i + 1) * 1_000 })
    torrent.clock.advance(0)
    return torrent.sockets.length
  })

/** A peer has come in, and its extended handshake says where it listens. */
function comeIn(torrent: Torrent, host: string, p: number) {
  const [, connection] = memoryPair({ clock: torrent.clock, random: () => 0.5 })
  const before = torrent.sockets.length
  const remote = { host, port: 50_000 }
  torrent.actor.send({ type: 'listener.accepted', connection: { ...connection, remote, destroy: () => {} } })
  const socket = torrent.sockets[before]
  if (!socket) throw new Error('it was not accepted')
  const features = { extended: true, fast: true, dht: false }
  socket.report({ type: 'transport.opened' })
  socket.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
  socket.report({ type: 'wire.peer_id', peerId: '11'.repeat(20) })
  socket.report({ type: 'wire.extended_handshake', handshake: { p } })
  return socket
}

test('of the places that are free half are dialled for at a time, and the others left to those that dial us meanwhile', () => {
  const torrent = downloading([], { maxPeers: 12 })
  tell(torrent, 50)
  expect(torrent.sockets).toHaveLength(6)
  const after = Array.from({ length: 5 }, () => {
    torrent.clock.advance(dialing.pauseMs)
    return torrent.sockets.length
  })
  expect(after).toEqual([9, 11, 12, 12, 12])
})

describe('an address at which a peer listens that is connected', () => {
  test('is not dialled while it is here, and is due when it has left', () => {
    const torrent = downloading()
    const caller = comeIn(torrent, '10.0.0.1', 6881)
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: '10.0.0.1', port: 6881 } })
    expect(torrent.sockets).toHaveLength(1)
    expect(torrent.core.addresses.waiting).toBe(0)
    caller.report({ type: 'transport.closed', end: { code: 'end' } })
    expect(torrent.core.addresses.waiting).toBe(1)
    expect(pass(torrent, 0, 1)).toEqual([2])
  })

  test.each([
    ['port', '10.0.0.1', 6882],
    ['host, whatever it says', '10.0.0.2', 6881],
  ])('is dialled where that is another %s', (_, host, p) => {
    const torrent = downloading()
    comeIn(torrent, host, p)
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: '10.0.0.1', port: 6881 } })
    expect(torrent.sockets).toHaveLength(2)
  })

  test('costs none of the dials, so that others have them', () => {
    const torrent = downloading([], { maxPeers: 2 })
    comeIn(torrent, '10.0.0.0', 6881)
    tell(torrent, 2)
    expect(torrent.sockets.map(({ input }) => input.link.address.host)).toEqual(['10.0.0.0', '10.0.0.1'])
  })
})

describe('of a torrent whose places are all taken, one of them for nothing', () => {
  /** In which of these seconds it dials, and what becomes of each dial at once. */
  function dialsWhen(becomes: (socket: Torrent['sockets'][number], number: number) => void): number[] {
    const torrent = downloading([0], { maxPeers: 1 })
    meet(torrent, 'idle', [])
    tell(torrent, 50)
    const seconds: number[] = []
    for (let second = 1; second <= 20; second++) {
      const before = torrent.sockets.length
      pass(torrent, second - 1, second)
      const dialled = torrent.sockets[before]
      if (!dialled) continue
      seconds.push(second)
      becomes(dialled, before)
    }
    return seconds
  }

  const end = { type: 'transport.closed', end: { code: 'end' } } as const

  test('an address is tried each second as long as nobody answers', () => {
    expect(dialsWhen(({ report }) => report(end)).slice(0, 6)).toEqual([3, 4, 5, 6, 7, 8])
  })

  test('addresses are tried less and less often as long as those that answer are of no more use', () => {
    const meets = dialsWhen(({ report }, number) => {
      report({ type: 'transport.opened' })
      const features = { extended: false, fast: true, dht: false }
      report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
      report({ type: 'wire.peer_id', peerId: `${number}`.padStart(40, '0') })
      report(end)
    })
    expect(meets).toEqual([3, 5, 9, 17])
  })

  test('once one that answers was of more use, the wait is short again', () => {
    const torrent = downloading([0], { maxPeers: 2 })
    for (const host of ['a', 'b']) meet(torrent, host, [])
    const { tries } = torrent.core
    for (let i = 0; i < 6; i++) tries.met(0)
    pass(torrent, 0, 3)
    expect(tries.isDue(3_000)).toBe(false)
    const useful = comeIn(torrent, '10.0.0.1', 6881)
    useful.report({ type: 'wire.interested' })
    pass(torrent, 3, 4)
    expect(tries.isDue(4_000)).toBe(true)
  })
})
