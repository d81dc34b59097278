import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { isEnding } from '../../../../machines/peer/peer-view.ts'
import { revealedPerStep, stuckMs } from '../../../../machines/torrent/choking/super-seeding.ts'
import { longTest } from '../../../in-full.ts'
import { pass, shown, superSeeder } from '../a-super-seeder.ts'
import { aTorrent, meet, piecesOf, sent, stateOf } from '../a-torrent.ts'

const everything = [0, 1, 2, 3]
const wish = (superSeed: boolean) => ({ type: 'torrent.super_seed', superSeed }) as const
const saysUploadOnly = ({ core }: Pick<ReturnType<typeof aTorrent>, 'core'>) => core.greeting.uploadOnly

describe('super-seeding begins', () => {
  test('as soon as everything is there, and does not say that we only upload (BEP 21)', () => {
    const torrent = superSeeder()
    expect(stateOf(torrent)).toBe('complete, super_seeding')
    expect(torrent.told).toEqual([{ type: 'super_seeding', active: true }])
    expect(saysUploadOnly(torrent)).toBe(false)
  })

  test('never where a piece is missing: no peer may be offered what we lack', () => {
    const torrent = aTorrent({ superSeed: true })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have: piecesOf([0, 1, 2]) })
    const peer = meet(torrent, 'b', [])
    expect(stateOf(torrent)).toBe('fetching')
    expect(sent(peer.told, 'send.bitfield')).toHaveLength(1)
    expect(torrent.core.superSeeding).toBeUndefined()
  })

  test('on a torrent that runs by closing the peers that know what it has, and no others', () => {
    const torrent = superSeeder({ superSeed: false })
    const knows = meet(torrent, 'b', [])
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'c', port: 6881 } })
    torrent.clock.advance(1_000)
    torrent.actor.send(wish(true))
    expect(sent(knows.told, 'send.have_all')).toHaveLength(1)
    expect(isEnding(knows.record)).toBe(true)
    const [, dialled] = [...torrent.core.swarm.peers.values()]
    expect(dialled && isEnding(dialled)).toBe(false)
    expect(dialled).toMatchObject({ link: { address: { host: 'c' } }, holdsPlace: false, leavesAs: undefined })
  })

  test('once: to be asked again changes nothing', () => {
    const torrent = superSeeder()
    const peer = meet(torrent, 'b', [])
    torrent.actor.send(wish(true))
    expect(torrent.told).toHaveLength(1)
    expect(peer.record.isMember).toBe(true)
  })
})

describe('super-seeding ends', () => {
  test('when another has everything, though the connection to it ends at once', () => {
    const torrent = superSeeder()
    const seeder = meet(torrent, 'b', everything)
    expect(isEnding(seeder.record)).toBe(true)
    pass(torrent)
    expect(torrent.told.at(-1)).toEqual({ type: 'super_seeding', active: false, because: 'seeder' })
    expect(saysUploadOnly(torrent)).toBe(true)
    pass(torrent)
    expect(stateOf(torrent)).toBe('complete, rotation')
  })

  test('when the peers pass nothing on, but not while a slow one still gets what it was offered', () => {
    const torrent = superSeeder()
    const peer = meet(torrent, 'b', [])
    const other = meet(torrent, 'c', [])
    for (const one of [peer, other]) one.report({ type: 'wire.interested' })
    const [index = 0] = shown(peer)
    const passHalf = () => {
      for (const one of [peer, other]) one.report({ type: 'wire.keep_alive' })
      pass(torrent, stuckMs / 2)
    }
    passHalf()
    const blocks = [{ index, begin: 0, data: new Uint8Array(16_384) }]
    torrent.hear({ type: 'storage.blocks', peer: peer.record.peer, blocks })
    passHalf()
    expect(torrent.told).toHaveLength(1)
    passHalf()
    expect(torrent.told.at(-1)).toEqual({ type: 'super_seeding', active: false, because: 'stuck' })
  })

  test('with a pause and is begun anew after it', () => {
    const torrent = superSeeder()
    torrent.actor.send({ type: 'torrent.pause' })
    torrent.actor.send({ type: 'torrent.resume' })
    expect(torrent.told.map(({ active }) => active)).toEqual([true, false, true])
    expect(saysUploadOnly(torrent)).toBe(false)
    expect(sent(meet(torrent, 'b', []).told, 'send.have_none')).toHaveLength(1)
  })

  test('for good when it is not wished any more while paused', () => {
    const torrent = superSeeder()
    meet(torrent, 'b', [])
    torrent.actor.send({ type: 'torrent.pause' })
    torrent.actor.send(wish(false))
    torrent.actor.send({ type: 'torrent.resume' })
    expect(stateOf(torrent)).toBe('complete, rotation')
    expect(torrent.core.revealing).toBeUndefined()
    expect(sent(meet(torrent, 'c', []).told, 'send.have_all')).toHaveLength(1)
  })
})

longTest('10,000 pieces are revealed a batch a second, to two peers as fast', () => {
  const pieceCount = 10_000
  const torrent = superSeeder({ layout: new Layout({ pieceLength: 16_384, length: pieceCount * 16_384 }) })
  const peers = ['b', 'c'].map((host) => {
    const peer = meet(torrent, host, 'silent')
    peer.report({ type: 'wire.have_none' })
    return peer
  })
  const batches = (): number[] => peers.map((peer) => shown(peer).length - 2)
  torrent.actor.send(wish(false))
  for (let seconds = 1; seconds < 10; seconds++) {
    expect(batches()).toEqual(peers.map(() => (seconds * revealedPerStep) / 2))
    pass(torrent)
  }
  expect(stateOf(torrent)).toBe('complete, revealing')
  pass(torrent)
  for (const peer of peers) expect(new Set(shown(peer)).size).toBe(pieceCount)
  expect(stateOf(torrent)).toBe('complete, rotation')
})

test('what comes while the rest is revealed is served, and newcomers are told everything', () => {
  const torrent = superSeeder()
  const peer = meet(torrent, 'b', [])
  peer.report({ type: 'wire.interested' })
  torrent.actor.send(wish(false))
  expect(stateOf(torrent)).toBe('complete, revealing')
  for (const index of everything) {
    peer.report({ type: 'wire.request', requests: [{ index, begin: 0, length: 16_384 }] })
  }
  expect(torrent.toStorage.filter(({ type }) => type === 'storage.read')).toHaveLength(4)
  expect(sent(meet(torrent, 'c', []).told, 'send.have_all')).toHaveLength(1)
})
