import { describe, expect, test } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { blockBytes } from '../../../machines/layout.ts'
import { coreLogicWith } from '../../../machines/torrent/core/logic.ts'
import type { CoreEvent } from '../../../machines/torrent/vocabulary/news.ts'
import { createWatch } from '../../../testing/model/watch.ts'
import { torrentRules } from '../../../testing/torrent/rules.ts'
import { seededRandom } from '../../../transport/random.ts'
import { aTorrent, meet, piecesOf, sent } from '../../machines/torrent/a-torrent.ts'
import { sha1 } from '../../storage/support.ts'

/** What the core of a torrent is told instead; of what it is to pass over, nothing. */
type Change = (event: CoreEvent) => CoreEvent | undefined

/** A torrent that has piece 0, watched by the rules, which see events of some types twice. */
function watched(change: Change = (event) => event, isRepeated: (type: string) => boolean = () => false) {
  const watch = createWatch(torrentRules)
  const logic = coreLogicWith({ random: seededRandom(1), sha1 })
  const core: typeof logic = {
    ...logic,
    transition: (snapshot, event, scope) => {
      const told = change(event)
      return told ? logic.transition(snapshot, told, scope) : snapshot
    },
  }
  const inspect = (seen: InspectionEvent): void => {
    watch.inspect(seen)
    if (seen.type === '@xstate.event' && isRepeated(seen.event.type)) watch.inspect(seen)
  }
  const torrent = aTorrent({}, { inspect, core })
  torrent.actor.send({ type: 'torrent.start' })
  torrent.hear({ type: 'storage.checked', have: piecesOf([0]) })
  return { ...torrent, broken: watch.broken }
}

type Watched = ReturnType<typeof watched>

/** A peer that has pieces 1 and 2 gives all that it is asked for, until a piece is whole. */
function fetchPiece(torrent: Watched) {
  const seeder = meet(torrent, '10.1.0.1', [1, 2])
  seeder.report({ type: 'wire.unchoke' })
  for (const command of sent(seeder.told, 'send.request')) {
    if (command.type !== 'send.request') continue
    const blocks = command.requests.map(({ index, begin, length }) => ({ index, begin, data: new Uint8Array(length) }))
    seeder.report({ type: 'wire.piece', blocks, at: torrent.clock.now() })
  }
  const verify = torrent.toStorage.find((command) => command.type === 'storage.verify')
  if (verify?.type !== 'storage.verify') throw new Error('no piece is whole')
  return { seeder, index: verify.index, data: verify.data }
}

/** A peer that has nothing asks for a piece, and is given a block of it. */
function give(torrent: Watched, index: number) {
  const leecher = meet(torrent, '10.2.0.1', [])
  leecher.report({ type: 'wire.interested' })
  torrent.clock.advance(20_000)
  const request = { index, begin: 0, length: blockBytes }
  leecher.report({ type: 'wire.request', requests: [request] })
  const { peer } = leecher.record
  torrent.hear({ type: 'storage.blocks', peer, blocks: [{ index, begin: 0, data: new Uint8Array(request.length) }] })
  return leecher
}

test('a torrent that fetches, announces, gives and bans keeps every rule', () => {
  const torrent = watched()
  const leecher = give(torrent, 0)
  expect(sent(leecher.told, 'send.piece')).toHaveLength(1)
  const { seeder, index, data } = fetchPiece(torrent)
  torrent.hear({ type: 'storage.verified', index, data, digests: [] })
  torrent.clock.advance(1_000)
  expect(sent(leecher.told, 'send.have')).toEqual([{ type: 'send.have', index }])
  torrent.actor.send({ type: 'torrent.ban', address: seeder.record.link.address, reason: 'spam' })
  expect(torrent.broken).toEqual([])
})

describe('it is noticed', () => {
  const seen = ({ broken }: Watched, rule: keyof typeof torrentRules) =>
    broken.filter((line) => line.startsWith(`${rule} (`)).length

  test('that a piece is announced before it is on disk', () => {
    const torrent = watched((event) =>
      event.type === 'storage.corrupt' ? { ...event, type: 'storage.verified' } : event,
    )
    meet(torrent, '10.2.0.1', [])
    const { index, data } = fetchPiece(torrent)
    torrent.hear({ type: 'storage.corrupt', index, data, digests: [] })
    torrent.clock.advance(1_000)
    expect(seen(torrent, 'a piece is announced only after it is on disk')).toBeGreaterThan(0)
  })

  test('that a piece is lost', () => {
    const torrent = watched((event) => (event.type === 'storage.verified' ? undefined : event))
    const { index, data } = fetchPiece(torrent)
    torrent.hear({ type: 'storage.verified', index, data, digests: [] })
    expect(seen(torrent, 'no piece that was verified is lost')).toBeGreaterThan(0)
  })

  test('that something is given that was not verified', () => {
    const torrent = watched((event) =>
      event.type === 'storage.checked' ? { ...event, have: piecesOf([0, 3]) } : event,
    )
    give(torrent, 3)
    expect(seen(torrent, 'only what was verified is given')).toBe(1)
  })

  test('that a request is answered twice', () => {
    const torrent = watched(undefined, (type) => type === 'send.piece')
    give(torrent, 0)
    expect(seen(torrent, 'a request has one answer at most')).toBe(1)
  })

  test('that a peer is asked for what it has not', () => {
    const torrent = watched()
    const { seeder } = fetchPiece(torrent)
    const requests = [{ index: 3, begin: 0, length: blockBytes }]
    seeder.record.ref?.send({ type: 'torrent.request', requests, at: 0 })
    expect(seen(torrent, 'no block is asked of a peer that has not the piece')).toBe(1)
  })

  test('that more peers have a place than may', () => {
    const torrent = watched()
    for (let i = 0; i < 3; i++) meet(torrent, `10.${i}.0.1`, [1])
    Object.assign(torrent.core, { maxPeers: 0 })
    torrent.hear({ type: 'timer.tick', at: 1 })
    expect(seen(torrent, 'no more peers have a place than there are places and newcomers')).toBeGreaterThan(0)
  })

  test('that a banned address stays connected', () => {
    const torrent = watched((event) => (event.type === 'blacklist.added' ? undefined : event))
    const { seeder } = fetchPiece(torrent)
    torrent.actor.send({ type: 'torrent.ban', address: seeder.record.link.address, reason: 'spam' })
    expect(seen(torrent, 'a connection to an address that is banned ends at once')).toBe(1)
  })
})
