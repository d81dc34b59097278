import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { aTorrent, downloading, layout } from '../a-torrent.ts'

const stateOf = ({ actor }: Pick<ReturnType<typeof aTorrent>, 'actor'>) => actor.getSnapshot().value

describe('active', () => {
  test.each([
    ['lacks pieces', PieceSet.none(layout.pieceCount), 'downloading'],
    ['is complete', PieceSet.all(layout.pieceCount), { seeding: 'plain' }],
  ] as const)('decides what it does: one that %s', (_, have, state) => {
    const torrent = aTorrent()
    torrent.actor.send({ type: 'torrent.start' })
    torrent.actor.send({ type: 'storage.checked', have })
    expect(stateOf(torrent)).toEqual({ active: state })
  })

  test('of a magnet link fetches the metadata first, and checks the disk when that has come', () => {
    const torrent = aTorrent({}, { isMagnet: true })
    torrent.actor.send({ type: 'torrent.start' })
    expect(stateOf(torrent)).toEqual({ active: 'fetching_metadata' })
    torrent.actor.send({ type: 'metadata.ready', layout, bytes: layout.length, name: 'a', isPrivate: false })
    expect(stateOf(torrent)).toEqual({ active: 'checking_data' })
    expect(torrent.toStorage).toEqual([{ type: 'storage.check' }])
  })

  test('listens and ticks as long as it lasts, and no longer', () => {
    const torrent = downloading()
    expect([...torrent.running].sort()).toEqual(['listener', 'ticker'])
    torrent.actor.send({ type: 'torrent.pause' })
    expect(torrent.running.size).toBe(0)
    torrent.actor.send({ type: 'torrent.resume' })
    expect([...torrent.running].sort()).toEqual(['listener', 'ticker'])
  })

  test('an address it can not listen on ends it in failed', () => {
    const torrent = downloading()
    torrent.actor.send({ type: 'listener.failed', error: new Error('in use') })
    expect(stateOf(torrent)).toBe('failed')
    expect(torrent.actor.getSnapshot().context.error?.message).toBe('in use')
  })
})
