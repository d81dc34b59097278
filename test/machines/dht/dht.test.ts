import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { dhtDelays } from '../../../machines/dht/delays.ts'
import { dhtMachine } from '../../../machines/dht/dht.ts'
import { plainActionsOf } from '../walk.ts'
import { aSearch, infoHash, somebody } from './a-search.ts'

const minute = 60_000

describe('a search', () => {
  test('tells of peers as they are found, and announces where we accept connections once all nodes are asked', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.find(somebody)
    expect(dht.value).toEqual({ searching: 'looking_up' })
    dht.lookUp(12)
    expect(dht.value).toEqual({ searching: 'announcing' })
    dht.end(12, 8)
    expect(dht.news()).toEqual(['dht.started', 'dht.asked', 'dht.found', 'dht.answered'])
    expect(dht.begun).toEqual([{ infoHash, port: 6881 }])
    expect(dht.context).toMatchObject({ peers: 1, nodes: 12, announced: 8, dueAt: 15 * minute })
  })

  test('of one that accepts no connections announces nothing', () => {
    const dht = aSearch()
    dht.search()
    dht.lookUp()
    expect(dht.value).toEqual({ searching: 'looking_up' })
    dht.end()
    expect([dht.value, dht.begun]).toEqual(['waiting', [{ infoHash, port: undefined }]])
  })

  test('is due again after 15 minutes, and not begun before', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.find(somebody)
    dht.end()
    dht.search(6881)
    expect(dht.begun).toHaveLength(1)
    dht.news()
    expect([dht.wait(), dht.news(), dht.context.dueAt]).toEqual([15 * minute, ['dht.due'], undefined])
    dht.search(6881)
    expect(dht.begun).toHaveLength(2)
  })

  test('is begun anew as soon as we accept connections, or do elsewhere, also amid one', () => {
    const dht = aSearch()
    dht.search()
    dht.search(6881)
    expect([dht.begun.map(({ port }) => port), dht.open.size]).toEqual([[undefined, 6881], 1])
    dht.search(6881)
    expect(dht.begun).toHaveLength(2)
    dht.end()
    dht.search(6882)
    expect(dht.begun.map(({ port }) => port)).toEqual([undefined, 6881, 6882])
  })

  test('that finds nobody is repeated soon, then less and less often', () => {
    const dht = aSearch()
    const waits = [1, 2, 3, 4, 5, 6].map(() => {
      dht.search()
      dht.end()
      return dht.wait() / minute
    })
    expect(waits).toEqual([1, 2, 4, 8, 15, 15])
  })

  test('that goes on and on is given up after a minute; what it has found counts', () => {
    const dht = aSearch()
    dht.search()
    dht.find(somebody)
    dht.clock.advance(dhtDelays.searchMs)
    expect([dht.value, dht.open.size, dht.context.peers]).toEqual(['waiting', 0, 1])
    expect(dht.news().at(-1)).toBe('dht.answered')
    expect(dht.context.dueAt).toBe(dht.clock.now() + 15 * minute)
  })

  test('whose announce nobody confirms is over after a while', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.clock.advance(4_000)
    dht.lookUp()
    dht.clock.advance(dhtDelays.announceMs - 1)
    expect(dht.value).toEqual({ searching: 'announcing' })
    dht.clock.advance(1)
    expect([dht.value, dht.open.size, dht.context.announced]).toEqual(['waiting', 0, 0])
    expect(dht.news().at(-1)).toBe('dht.answered')
    expect(dht.context.dueAt).toBe(dht.clock.now() + minute)
  })
})

test('our node runs before anything is searched for, and where it is open is told as soon as it is', () => {
  const dht = aSearch()
  expect(dht.running.node).toBe(true)
  dht.send({ type: 'node.opened', port: 6881 })
  expect(dht.news()).toEqual(['dht.started', 'dht.opened'])
})

describe('a search that no node answers', () => {
  test('is repeated after a wait that grows to five minutes', () => {
    const dht = aSearch()
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
      dht.search()
      dht.fail()
      return dht.wait() / 1000
    })
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300])
    expect(dht.context).toMatchObject({ failure: 'no node has answered', failures: 8, dueAt: undefined })
    expect(dht.news().slice(-3)).toEqual(['dht.asked', 'dht.failed', 'dht.due'])
    dht.search()
    dht.end()
    expect(dht.context).toMatchObject({ failure: undefined, failures: 0 })
  })

  test('is one that takes a minute and finds nobody', () => {
    const dht = aSearch()
    dht.search()
    dht.clock.advance(dhtDelays.searchMs)
    expect([dht.value, dht.context.failure, dht.open.size]).toEqual(['backing_off', 'it led nowhere within 60 s', 0])
    expect(dht.news().at(-1)).toBe('dht.failed')
  })

  test('is repeated as soon as a node is named and has had a moment to answer', () => {
    const dht = aSearch()
    dht.search()
    dht.fail()
    dht.news()
    dht.node()
    expect([dht.value, dht.added.length, dht.context.dueAt]).toEqual(['entering', 1, undefined])
    dht.node()
    expect([dht.wait(), dht.added.length, dht.news()]).toEqual([dhtDelays.enteringMs, 2, ['dht.due']])
  })
})

describe('of a torrent', () => {
  test('that rests a search is given up, and begun anew when it runs', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.send({ type: 'dht.rest' })
    expect([dht.value, dht.open.size]).toEqual(['resting', 0])
    dht.search(6882)
    expect(dht.begun.map(({ port }) => port)).toEqual([6881, 6882])
  })

  test('that rests is announced anew when it runs, and its failures count no more', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.fail()
    dht.send({ type: 'dht.rest' })
    expect(dht.context).toMatchObject({ port: undefined, dueAt: undefined })
    dht.search(6881)
    dht.fail()
    expect([dht.begun.length, dht.wait()]).toEqual([2, dhtDelays.backOffMs])
  })

  test('that turns out to be private a search is given up', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.send({ type: 'dht.renounce' })
    expect([dht.value, dht.open.size]).toEqual(['renounced', 0])
  })

  test('that turns out to be private nothing is searched any more, and no node is asked for it', () => {
    const dht = aSearch()
    dht.search(6881)
    dht.end()
    dht.send({ type: 'dht.renounce' })
    expect([dht.value, dht.context.dueAt]).toEqual(['renounced', undefined])
    dht.send({ type: 'dht.rest' })
    dht.search(6881)
    dht.node()
    expect([dht.value, dht.begun.length, dht.added, dht.wait()]).toEqual(['renounced', 1, [], Number.POSITIVE_INFINITY])
  })
})

test("a torrent's searches are restored from no snapshot", () => {
  const snapshot = aSearch().actor.getPersistedSnapshot()
  const restored = createActor(dhtMachine, { snapshot, input: { owner: nobody, infoHash } })
  expect(restored.getSnapshot().status).toBe('error')
})

const nobody = createActor(fromCallback(() => undefined))

test('leaves nothing to be executed but that a node is added to our own', () => {
  expect(plainActionsOf(dhtMachine)).toEqual(['addNode'])
})
