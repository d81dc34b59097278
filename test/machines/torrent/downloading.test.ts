import { describe, expect, test } from 'vitest'
import { downloading, meet, sent } from './a-torrent.ts'

const block = (index: number, begin: number, value = 0) => ({ index, begin, data: new Uint8Array(16_384).fill(value) })

const asked = (peer: ReturnType<typeof meet>) =>
  sent(peer.told, 'send.request').flatMap((command) => (command.type === 'send.request' ? command.requests : []))

describe('a peer is asked', () => {
  test('for nothing while it chokes us, and for as much as it has room for when it unchokes', () => {
    const peer = meet(downloading(), 'b', [0, 1, 2, 3])
    expect(asked(peer)).toEqual([])
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer)).toHaveLength(4)
  })

  test('only for pieces it has and we lack', () => {
    const peer = meet(downloading([0]), 'b', [0, 2])
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer).map(({ index }) => index)).toEqual([2, 2])
  })

  test('for more with the blocks it brings', () => {
    const peer = meet(downloading(), 'b', [0, 1, 2, 3])
    peer.report({ type: 'wire.unchoke' })
    const [first] = asked(peer)
    if (first) peer.report({ type: 'wire.piece', blocks: [block(first.index, first.begin)], at: 0 })
    expect(asked(peer).length).toBeGreaterThan(4)
  })

  test('for what it has got since, when it had nothing to give before', () => {
    const peer = meet(downloading(), 'b', [])
    peer.report({ type: 'wire.have', index: 3 })
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer).map(({ index }) => index)).toEqual([3, 3])
    peer.report({ type: 'wire.have', index: 1 })
    expect(asked(peer).map(({ index }) => index)).toEqual([3, 3, 1, 1])
  })
})

describe('a piece whose last block came', () => {
  const fetched = () => {
    const torrent = downloading()
    const peer = meet(torrent, 'b', [2])
    peer.report({ type: 'wire.unchoke' })
    peer.report({ type: 'wire.piece', blocks: [block(2, 0, 1), block(2, 16_384, 2)], at: 0 })
    return { ...torrent, peer }
  }

  test('is verified by the disk, in one buffer, and its bytes count until the answer', () => {
    const { toStorage, work } = fetched()
    const [, verify] = toStorage
    if (verify?.type !== 'storage.verify') throw new Error('nothing was to be verified')
    expect(verify).toMatchObject({ index: 2, contributors: 1, wantsDigests: false })
    expect([verify.data.length, verify.data[0], verify.data[16_384]]).toEqual([32_768, 1, 2])
    expect(work.verifyingBytes).toBe(32_768)
  })

  test('verified is ours, told to all, and worth a point to who gave it', () => {
    const { actor, peer, work } = fetched()
    const emitted: number[] = []
    actor.on('piece', ({ index }) => emitted.push(index))
    actor.send({ type: 'storage.verified', index: 2, data: new Uint8Array(32_768), digests: [] })
    expect(actor.getSnapshot().context.have.has(2)).toBe(true)
    expect(emitted).toEqual([2])
    expect(sent(peer.told, 'send.have')).toEqual([{ type: 'send.have', index: 2 }])
    expect(peer.record.ref?.getSnapshot().context.reputation).toBe(101)
    expect(work.verifyingBytes).toBe(0)
  })

  test('corrupt is fetched again, and costs its only giver 20', () => {
    const { actor, peer, work } = fetched()
    const emitted: string[] = []
    actor.on('corrupt', ({ addresses }) => emitted.push(...addresses.map(({ host }) => host)))
    actor.send({ type: 'storage.corrupt', index: 2, data: new Uint8Array(32_768), digests: [] })
    expect(emitted).toEqual(['b'])
    expect(peer.record.ref?.getSnapshot().context.reputation).toBe(80)
    expect(asked(peer)).toHaveLength(4)
    expect(work.verifyingBytes).toBe(0)
  })
})

test('a block that another peer was asked for as well is cancelled there', () => {
  const torrent = downloading([0, 1, 2])
  const slow = meet(torrent, 'slow', [3])
  slow.report({ type: 'wire.unchoke' })
  const quick = meet(torrent, 'quick', [3])
  quick.report({ type: 'wire.unchoke' })
  expect(asked(quick)).toHaveLength(2)
  quick.report({ type: 'wire.piece', blocks: [block(3, 0)], at: 0 })
  expect(sent(slow.told, 'send.cancel')).toMatchObject([
    { type: 'send.cancel', requests: [{ index: 3, begin: 0, length: 16_384 }] },
  ])
})

test('a disk that is 64 MiB behind is given time: nothing more is asked for until it answers', () => {
  const torrent = downloading()
  torrent.work.verifyingBytes = 64 * 1024 * 1024 + 1
  const peer = meet(torrent, 'b', [0, 1, 2, 3])
  peer.report({ type: 'wire.unchoke' })
  expect(asked(peer)).toEqual([])
})
