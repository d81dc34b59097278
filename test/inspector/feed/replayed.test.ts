import { beforeAll, describe, expect, test } from 'vitest'
import { createActor, createMachine } from 'xstate'
import { Feed } from '../../../inspector/feed/feed.ts'
import { dialRaw } from '../../hostile/raw-peer.ts'
import { type MemoryRecord, memoryRecord, replayBytes } from '../../recorder/memory-record.ts'
import { createSwarm } from '../../swarm/swarm.ts'

/** 420 events of two types within a second, the chatter of a remote. */
let record: MemoryRecord
beforeAll(async () => {
  record = memoryRecord()
  const swarm = createSwarm({ encryption: 'none' })
  const leecher = swarm.add('leecher', { record: record.recorder })
  swarm.start()
  await swarm.until(() => leecher.state !== 'checking')
  await swarm.pass(100)
  dialRaw(swarm, 'chatter', 'leecher', {
    greets: [
      { name: 'have_none' },
      ...Array(210)
        .fill([{ name: 'interested' }, { name: 'not_interested' }])
        .flat(),
    ],
  })
  await swarm.pass(10_000)
  await swarm.stop()
})

/** A feed to which it is replayed, at another time. */
function replayed({ tells = true } = {}) {
  const clock = { now: 0 }
  const feed = new Feed({ now: () => clock.now, historyBytes: 1e8 })
  replayBytes(record.bytes, { inspect: (event, at) => feed.inspect(event, tells ? at : undefined) })
  return { feed, clock }
}

const steps = () => record.entries.flatMap((entry) => ('of' in entry ? [entry] : []))

describe('a record that is replayed', () => {
  test('is shown whole, at the times of the record; live so much is sampled', () => {
    const { feed } = replayed()
    const { complete, peers, said = [] } = feed.first()
    expect(complete).toBe(true)
    const heard = said.filter(({ to, type }) => to === peers?.[0]?.id && type !== 'xstate.stop')
    // Its making is not said by anybody.
    const all = steps().slice(1)
    expect(heard.map(({ at, type }) => [type, at])).toEqual(all.map(({ at, event }) => [event.type, at]))
    expect(all.filter(({ event }) => event.type === 'wire.interested')).toHaveLength(210)
    const live = replayed({ tells: false }).feed
    expect(live.collect()?.leftOut).toBeGreaterThan(9)
    expect(live.first()).not.toHaveProperty('complete')
  })

  test('is told whole to a page that is open already', () => {
    const { feed } = replayed()
    const batch = feed.collect()
    expect(batch).not.toHaveProperty('leftOut')
    expect(batch?.complete).toBe(true)
    expect(batch?.said).toEqual(feed.first().said)
  })

  test('stays, however long the page is looked at', () => {
    const { feed, clock } = replayed()
    const { said } = feed.first()
    clock.now = 24 * 60 * 60_000
    feed.rest()
    expect(feed.first().said).toEqual(said)
    expect(feed.first().peers).toHaveLength(1)
  })

  test('has a moment behind each event, and what it heard comes from its transport', () => {
    const { feed } = replayed()
    const { actors = [], peers, said = [] } = feed.first()
    const [peer] = peers ?? []
    const heard = said.find(({ type }) => type === 'wire.interested')
    expect(actors.find(({ id }) => id === heard?.from)).toMatchObject({ role: 'transport', parent: peer?.id })
    const moment = feed.moment(peer?.id ?? 0, heard?.seq ?? 0)
    expect(moment?.states).toContain('peer.peer_interested.interested')
    expect(moment?.at).toBe(heard?.at)
    // Said amid its making.
    expect(said[0]).toMatchObject({ type: 'peer.started', from: peer?.id })
    expect(feed.moment(peer?.id ?? 0, said[0]?.seq ?? 0)?.states).toContain('peer.peer_interested.not_interested')
  })

  test('of very many actors those are forgotten of which the history says nothing any more', () => {
    const known = (historyBytes: number) => {
      const feed = new Feed({ now: () => 0, historyBytes })
      for (let at = 0; at < 510; at++) {
        const actor = createActor(createMachine({}), { inspect: (event) => feed.inspect(event, at) }).start()
        actor.send({ type: 'hello' })
        actor.stop()
      }
      feed.rest()
      return feed.first().actors
    }
    expect(known(1e9)).toHaveLength(510)
    expect(known(20_000)).toHaveLength(500)
  })
})
