import { describe, expect, test } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { keptPieceBytesMax } from '../../../../machines/torrent/resume/resuming.ts'
import type { TorrentEmitted } from '../../../../machines/torrent/vocabulary/emitted.ts'
import type { StorageCommand } from '../../../../machines/torrent/vocabulary/events.ts'
import type { Recollection } from '../../../../machines/torrent/vocabulary/recollection.ts'
import { longTest } from '../../../in-full.ts'
import { aTorrent, meet, piecesOf, stateOf } from '../a-torrent.ts'

const saves = ({ toStorage }: Pick<ReturnType<typeof aTorrent>, 'toStorage'>) =>
  toStorage.filter(
    (command): command is Extract<StorageCommand, { type: 'storage.save' }> => command.type === 'storage.save',
  )

const block = (index: number, begin = 0, value = 1) => ({ index, begin, data: new Uint8Array(blockBytes).fill(value) })

const recollection = (change: Partial<Recollection> = {}): Recollection => ({
  blocks: [],
  downloaded: 0,
  uploaded: 0,
  addresses: [],
  ...change,
})

/** A torrent that keeps resume data and has been checked. */
function checked({
  have = [],
  recalled,
  ...input
}: { have?: readonly number[]; recalled?: Recollection } & Parameters<typeof aTorrent>[0] = {}) {
  const torrent = aTorrent({ keepsResume: true, ...input })
  const emitted: TorrentEmitted[] = []
  torrent.actor.on('resume_failed', (event) => emitted.push(event))
  torrent.actor.send({ type: 'torrent.start' })
  torrent.hear({ type: 'storage.checked', have: piecesOf(have), ...(recalled && { recalled }) })
  return { ...torrent, emitted }
}

/** As if a peer had given these. */
function give({ core }: ReturnType<typeof checked>, blocks: readonly ReturnType<typeof block>[]) {
  for (const { index, begin, data } of blocks) {
    core.picker.restore(index, begin, data.length)
    core.buffers.put(index, begin, data)
    core.downloaded += data.length
  }
}

describe('resume data is saved', () => {
  test('10 s after a change, and not again before the next', () => {
    const torrent = checked()
    torrent.clock.advance(9_999)
    expect(saves(torrent)).toEqual([])
    torrent.clock.advance(1)
    expect(saves(torrent)).toHaveLength(1)
    torrent.clock.advance(60_000)
    expect(saves(torrent)).toHaveLength(1)
    torrent.core.uploaded += 1
    torrent.clock.advance(10_000)
    expect(saves(torrent).map(({ save }) => save)).toEqual([1, 2])
  })

  test('later, the more blocks of unfinished pieces it carries: 2 s for each MiB', () => {
    const torrent = checked()
    give(torrent, [block(1)])
    torrent.clock.advance(10_000)
    torrent.core.uploaded += 1
    torrent.clock.advance(10_000)
    expect(saves(torrent)).toHaveLength(1)
    torrent.clock.advance(2_000)
    expect(saves(torrent)).toHaveLength(2)
  })

  test('when it pauses, with what is not whole', () => {
    const torrent = checked()
    give(torrent, [block(2, blockBytes, 7)])
    torrent.actor.send({ type: 'torrent.pause' })
    expect(saves(torrent)[0]?.recollection).toEqual(
      recollection({ downloaded: blockBytes, blocks: [block(2, blockBytes, 7)] }),
    )
    torrent.clock.advance(60_000)
    expect(saves(torrent)).toHaveLength(1)
  })

  test('when it is complete', () => {
    const torrent = checked({ have: [0, 1, 2] })
    const peer = meet(torrent, '10.0.0.1', [3])
    torrent.core.picker.receive(peer.record.peer, 3, 0, blockBytes)
    torrent.core.picker.receive(peer.record.peer, 3, blockBytes, blockBytes)
    torrent.core.verifying.add(3)
    torrent.hear({ type: 'storage.verified', index: 3, data: new Uint8Array(2 * blockBytes), digests: [] })
    expect(stateOf(torrent)).toBe('complete, rotation')
    expect(saves(torrent)).toHaveLength(1)
  })

  test('before it has stopped, and the answer to an earlier save does not end the wait', () => {
    const torrent = checked()
    torrent.actor.send({ type: 'torrent.pause' })
    torrent.actor.send({ type: 'torrent.stop' })
    expect(saves(torrent)).toHaveLength(2)
    torrent.hear({ type: 'storage.saved', save: 1 })
    expect(stateOf(torrent)).toBe('saving')
    torrent.hear({ type: 'storage.saved', save: 2 })
    expect(stateOf(torrent)).toBe('stopped')
  })

  test('for 30 s at most before it has stopped: a save that hangs is given up, and told', () => {
    const torrent = checked()
    torrent.actor.send({ type: 'torrent.stop' })
    torrent.clock.advance(29_999)
    expect(stateOf(torrent)).toBe('saving')
    torrent.clock.advance(1)
    expect(stateOf(torrent)).toBe('stopped')
    expect(torrent.emitted).toEqual([
      { type: 'resume_failed', error: new Error('the resume data was not saved in time') },
    ])
    torrent.hear({ type: 'storage.saved', save: 1 })
    expect(stateOf(torrent)).toBe('stopped')
  })

  test('without the time when it was saved: the next start is not disturbed', () => {
    const torrent = checked()
    torrent.actor.send({ type: 'torrent.stop' })
    torrent.hear({ type: 'storage.saved', save: 1 })
    torrent.clock.advance(60_000)
    expect(stateOf(torrent)).toBe('stopped')
    expect(torrent.emitted).toEqual([])
  })

  test('never before the disk was checked: that would forget what was known', () => {
    const torrent = aTorrent({ keepsResume: true })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.actor.send({ type: 'torrent.stop' })
    expect(stateOf(torrent)).toBe('stopped')
    expect(saves(torrent)).toEqual([])
  })

  test('never where none is kept', () => {
    const torrent = aTorrent()
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have: piecesOf([]) })
    torrent.clock.advance(60_000)
    torrent.actor.send({ type: 'torrent.stop' })
    expect(stateOf(torrent)).toBe('stopped')
    expect(saves(torrent)).toEqual([])
  })

  test('again after it failed, which is told and stops nothing', () => {
    const torrent = checked()
    torrent.clock.advance(10_000)
    torrent.hear({ type: 'storage.resume_failed', error: new Error('read-only') })
    torrent.hear({ type: 'storage.saved', save: 1 })
    expect(torrent.emitted).toEqual([{ type: 'resume_failed', error: new Error('read-only') }])
    expect(stateOf(torrent)).toBe('fetching')
    torrent.clock.advance(10_000)
    expect(saves(torrent)).toHaveLength(2)
  })

  test('with the addresses where peers moved payload, the latest first', () => {
    const torrent = checked()
    const { addresses } = torrent.core
    for (const host of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) addresses.add({ host, port: 6881 })
    addresses.noteWorked({ host: '10.0.0.1', port: 6881 }, 1)
    addresses.noteWorked({ host: '10.0.0.3', port: 6881 }, 3)
    torrent.clock.advance(10_000)
    expect(saves(torrent)[0]?.recollection.addresses.map(({ host }) => host)).toEqual(['10.0.0.3', '10.0.0.1'])
  })

  test('with at most 8 MiB of blocks, the fullest pieces first', () => {
    const blocksPerPiece = 256
    const pieceLength = blocksPerPiece * blockBytes
    const layout = new Layout({ pieceLength, length: 4 * pieceLength })
    const torrent = checked({ layout })
    const half = Array.from({ length: blocksPerPiece - 1 }, (_, i) => block(1, i * blockBytes))
    const third = Array.from({ length: blocksPerPiece - 1 }, (_, i) => block(2, i * blockBytes))
    give(torrent, [block(0), block(0, blockBytes), block(0, 2 * blockBytes), ...half, ...third])
    torrent.clock.advance(10_000)
    const { blocks } = saves(torrent)[0]?.recollection ?? recollection()
    expect(blocks.length * blockBytes).toBe(8 * 1024 * 1024)
    expect([...new Set(blocks.map(({ index }) => index))]).toEqual([1, 2, 0])
  })
})

describe('what an earlier run kept', () => {
  test('counts on, is here, and can be dialled', () => {
    const address = { host: '10.0.0.9', port: 6881 }
    const recalled = recollection({ blocks: [block(1, 0, 7)], downloaded: 100, uploaded: 50, addresses: [address] })
    const torrent = checked({ recalled })
    const { core } = torrent
    core.uploaded += 5
    expect(core.picker.partials).toMatchObject([{ index: 1, received: 1 }])
    expect(core.buffers.peek(1)?.subarray(0, blockBytes)).toEqual(block(1, 0, 7).data)
    expect(core.addresses.isHearsay(address)).toBe(true)
    torrent.actor.send({ type: 'torrent.pause' })
    expect(saves(torrent)[0]?.recollection).toMatchObject({ downloaded: 100, uploaded: 55, blocks: [{ index: 1 }] })
  })

  test('does not count twice when the disk is checked again', () => {
    const recalled = recollection({ downloaded: 100 })
    const torrent = checked({ recalled })
    torrent.hear({ type: 'storage.failed', error: new Error('the disk fails') })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have: piecesOf([]), recalled: recollection({ downloaded: 130 }) })
    expect(torrent.core.earlier.downloaded).toBe(100)
  })

  test('is passed over where it does not fit: no block, of a verified piece, twice, or the last of its piece', () => {
    const blocks = [
      block(9),
      { ...block(1), begin: 5 },
      { ...block(1), data: new Uint8Array(9) },
      block(0),
      block(1),
      block(1),
      block(1, blockBytes),
    ]
    const torrent = checked({ have: [0], recalled: recollection({ blocks }) })
    expect(torrent.core.picker.partials).toEqual([{ index: 1, blocks: 2, requested: 0, received: 1 }])
  })

  longTest('takes no more memory than some pieces, however little of each was kept', () => {
    const pieceLength = keptPieceBytesMax / 2
    const layout = new Layout({ pieceLength, length: 4 * pieceLength })
    const torrent = checked({ layout, recalled: recollection({ blocks: [block(0), block(1), block(2), block(3)] }) })
    expect(torrent.core.buffers.openBytes).toBe(keptPieceBytesMax)
  })

  test('was delivered by no peer', () => {
    const torrent = checked({ recalled: recollection({ blocks: [block(1)] }) })
    expect(torrent.core.picker.contributors(1)).toEqual([undefined, undefined])
    expect(torrent.core.picker.blocksHere(1)).toEqual([0])
  })

  test('of addresses is not dialled by a private torrent, which is told of peers by its tracker (BEP 27)', () => {
    const address = { host: '10.0.0.9', port: 6881 }
    const torrent = checked({ isPrivate: true, recalled: recollection({ addresses: [address] }) })
    expect(torrent.core.addresses.isHearsay(address)).toBe(false)
  })
})
