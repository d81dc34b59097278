import { describe, expect, test } from 'vitest'
import { listeningOf, stateOf } from '../../../../machines/torrent/states/standing.ts'
import { aTorrent, layout, meet, piecesOf } from '../a-torrent.ts'

const all = piecesOf([0, 1, 2, 3])
const listening = { type: 'listener.listening', transport: 'memory', address: { host: 'a', port: 1 } } as const

/** A torrent, and every state that it told, in order. */
function telling(...args: Parameters<typeof aTorrent>) {
  const torrent = aTorrent(...args)
  const told: string[] = []
  torrent.actor.on('state', ({ state }) => {
    told.push(state)
    // What is told is what it is asked for.
    expect(stateOf(torrent.actor.getSnapshot())).toBe(state)
  })
  const { actor, hear } = torrent
  return { ...torrent, told, send: actor.send.bind(actor), hear }
}

describe('each change of how it stands is told once', () => {
  test('from start to stop', () => {
    const { hear, send, told } = telling()
    send({ type: 'torrent.start' })
    hear({ type: 'storage.checked', have: piecesOf([1]) })
    send({ type: 'torrent.pause' })
    send({ type: 'torrent.resume' })
    hear({ type: 'timer.tick', at: 1 })
    hear({ type: 'storage.checked', have: all })
    send({ type: 'torrent.stop' })
    expect(told).toEqual(['checking', 'downloading', 'paused', 'downloading', 'stopping', 'stopped'])
  })

  test('seeding as everything is there; checking while it is hashed anew, connected or paused', () => {
    const { hear, send, told } = telling()
    send({ type: 'torrent.start' })
    hear({ type: 'storage.checked', have: all })
    send({ type: 'torrent.recheck' })
    hear({
      type: 'storage.rechecked',
      recheck: 1,
      pieces: all,
      right: [0, 1, 2],
      wrong: [3],
      isOver: true,
      isWished: true,
    })
    send({ type: 'torrent.pause' })
    send({ type: 'torrent.recheck' })
    hear({ type: 'storage.checked', have: all })
    expect(told).toEqual(['checking', 'seeding', 'checking', 'downloading', 'paused', 'checking', 'paused'])
  })

  test('partial_seeding where nothing more is to be had, by loss or as nothing can be written', () => {
    const lossy = telling()
    lossy.send({ type: 'torrent.start' })
    lossy.hear({ type: 'storage.checked', have: all })
    lossy.hear({ type: 'storage.lost', pieces: piecesOf([2]), isThere: false, message: 'gone' })
    expect(lossy.told).toEqual(['checking', 'seeding', 'partial_seeding'])
    const readOnly = telling({ readOnly: true })
    readOnly.send({ type: 'torrent.start' })
    readOnly.hear({ type: 'storage.checked', have: piecesOf([1]) })
    expect(readOnly.told).toEqual(['checking', 'partial_seeding'])
  })

  test('awaiting_metadata of a magnet link, then checking with its connections', () => {
    const { hear, send, told } = telling({}, { isMagnet: true })
    send({ type: 'torrent.start' })
    hear({ type: 'metadata.ready', layout, bytes: 9, name: 'n', isPrivate: false, readOnly: false })
    hear({ type: 'storage.checked', have: piecesOf([1]) })
    expect(told).toEqual(['awaiting_metadata', 'checking', 'downloading'])
  })

  test('failed, and what becomes of that; stopping as long as a connection says its last words', () => {
    const torrent = telling()
    const { hear, send, told } = torrent
    send({ type: 'torrent.start' })
    hear({ type: 'storage.failed', error: new Error('disk full') })
    send({ type: 'torrent.start' })
    hear({ type: 'storage.checked', have: piecesOf([1]) })
    meet(torrent, 'b', [0])
    send({ type: 'torrent.stop' })
    expect(told).toEqual(['checking', 'failed', 'checking', 'downloading', 'stopping'])
    torrent.sockets.at(-1)?.report({ type: 'transport.closed', end: { code: 'end' } })
    expect(told.at(-1)).toBe('stopped')
  })

  test('a torrent that is restored as failed stands so', () => {
    const { actor, hear } = aTorrent()
    actor.send({ type: 'torrent.start' })
    hear({ type: 'storage.failed', error: new Error('disk full') })
    const restored = aTorrent({}, { snapshot: JSON.parse(JSON.stringify(actor.getPersistedSnapshot())) })
    expect(stateOf(restored.actor.getSnapshot())).toBe('failed')
  })
})

test('it listens somewhere only while it runs', () => {
  const { actor, hear } = aTorrent({ listen: { host: 'a', port: 1 } })
  actor.send({ type: 'torrent.start' })
  hear({ type: 'storage.checked', have: all })
  expect(listeningOf(actor.getSnapshot())).toEqual([])
  actor.send(listening)
  expect(listeningOf(actor.getSnapshot())).toEqual([{ transport: 'memory', address: { host: 'a', port: 1 } }])
  actor.send({ type: 'torrent.pause' })
  expect(listeningOf(actor.getSnapshot())).toEqual([])
})
