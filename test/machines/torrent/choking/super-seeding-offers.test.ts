import { describe, expect, test } from 'vitest'
import { pass, shown, superSeeder } from '../a-super-seeder.ts'
import { downloading, meet, sent } from '../a-torrent.ts'

const block = (index: number) => ({ index, begin: 0, length: 16_384 })

/** A piece that a peer was not told of. */
function unshown(peer: ReturnType<typeof meet>): number {
  const index = [0, 1, 2, 3].find((one) => !shown(peer).includes(one))
  if (index === undefined) throw new Error('it was told of everything')
  return index
}

const reads = ({ toStorage }: ReturnType<typeof superSeeder>) => toStorage.filter(({ type }) => type === 'storage.read')

describe('a newcomer', () => {
  test('is told that we have nothing, is allowed nothing fast, and is offered two pieces when it has said what it has', () => {
    const torrent = superSeeder()
    const peer = meet(torrent, 'b', 'silent')
    expect(sent(peer.told, 'send.have_none')).toHaveLength(1)
    expect(shown(peer)).toEqual([])
    peer.report({ type: 'wire.have_none' })
    peer.report({ type: 'wire.interested' })
    expect(shown(peer)).toHaveLength(2)
    expect(sent(peer.told, 'send.allowed_fast')).toEqual([])
  })

  test('without the Fast extension is offered two at once: one that has nothing says nothing (BEP 3)', () => {
    const peer = meet(superSeeder(), 'b', 'silent', { fast: false })
    expect(shown(peer)).toHaveLength(2)
    expect(sent(peer.told, 'send.bitfield')).toEqual([])
  })

  test('is told what we have where nothing is pretended', () => {
    const peer = meet(downloading([0, 1, 2, 3]), 'b', [])
    expect(sent(peer.told, 'send.have_all')).toHaveLength(1)
    expect(shown(peer)).toEqual([])
  })

  test('that has not said what it has when the mode ends is told everything all the same', () => {
    const torrent = superSeeder()
    const peer = meet(torrent, 'b', 'silent')
    torrent.actor.send({ type: 'torrent.super_seed', superSeed: false })
    expect(shown(peer)).toEqual([0, 1, 2, 3])
  })
})

describe.each([
  ['with', true, 1],
  ['without', false, 0],
] as const)('a request for a piece that was not offered, %s the Fast extension,', (_, fast, rejects) => {
  test.each(['silent', []] as const)('is not served and costs nothing (said to have: %o)', (pieces) => {
    const torrent = superSeeder()
    meet(torrent, 'c', [])
    const peer = meet(torrent, 'b', pieces, { fast })
    peer.report({ type: 'wire.interested' })
    const index = unshown(peer)
    peer.report({ type: 'wire.request', requests: [block(index)] })
    expect(reads(torrent)).toEqual([])
    expect(sent(peer.told, 'send.reject_request')).toHaveLength(rejects)
    expect(peer.record.isMember).toBe(true)
    expect(peer.record.ref?.getSnapshot().context.reputation).toBe(100)
  })
})

test('a request for an offered piece is served, in one read with one that is not', () => {
  const torrent = superSeeder()
  const peer = meet(torrent, 'b', [])
  peer.report({ type: 'wire.interested' })
  const [offered = 0] = shown(peer)
  peer.report({ type: 'wire.request', requests: [block(offered), block(unshown(peer))] })
  expect(reads(torrent)).toEqual([{ type: 'storage.read', peer: peer.record.peer, requests: [block(offered)] }])
  expect(sent(peer.told, 'send.reject_request')).toHaveLength(1)
})

test('what is passed on by another peer is followed by the next offer', () => {
  const torrent = superSeeder()
  const peer = meet(torrent, 'b', [])
  const other = meet(torrent, 'c', [])
  const [offered = 0] = shown(peer)
  peer.report({ type: 'wire.have', index: offered })
  expect(shown(peer)).toHaveLength(2)
  other.report({ type: 'wire.have', index: offered })
  expect(shown(peer)).toHaveLength(3)
  expect(shown(other)).toHaveLength(2)
})

test('a peer that says it has and has not, over and over, is offered no more for it (BEP 54)', () => {
  const torrent = superSeeder()
  const peer = meet(torrent, 'b', [])
  const liar = meet(torrent, 'c', [])
  for (let times = 0; times < 10; times++) {
    for (const index of shown(liar)) {
      liar.report({ type: 'wire.have', index })
      torrent.hear({ type: 'peer.dont_have', peer: liar.record.peer, index, pieces: torrent.core.picker.have })
    }
  }
  expect(shown(liar)).toHaveLength(2)
  expect(shown(peer)).toHaveLength(2)
})

test('one that is gone is forgotten: a peer that is alone then goes on', () => {
  const torrent = superSeeder()
  const peer = meet(torrent, 'b', [])
  const other = meet(torrent, 'c', [])
  for (const index of shown(peer)) peer.report({ type: 'wire.have', index })
  expect(shown(peer)).toHaveLength(2)
  other.report({ type: 'transport.closed', end: { code: 'reset' } })
  pass(torrent)
  expect(shown(peer)).toHaveLength(4)
})
