import { describe, expect, test } from 'vitest'
import { createActor, createMachine, fromCallback, fromTransition, sendTo } from 'xstate'
import { Feed } from '../../../inspector/feed/feed.ts'
import type { Batch } from '../../../inspector/protocol.ts'
import { createSwarm } from '../../swarm/swarm.ts'

/** A seed and a leecher in virtual time, the leecher inspected. */
function inspected({ historyBytes = 1e8, pieces = 8 } = {}) {
  const swarm = createSwarm({ pieces, encryption: 'required' })
  const feed = new Feed({ now: () => swarm.clock.now(), historyBytes })
  const inspect = feed.inspect.bind(feed)
  swarm.add('10.0.0.1', { has: 'all' }).torrent.start()
  const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], inspect })
  leecher.torrent.start()
  return { swarm, feed, leecher }
}

const only = <Row>(rows: readonly Row[] | undefined): Row => {
  expect(rows).toHaveLength(1)
  return (rows as readonly Row[])[0] as Row
}

describe('the feed of a download', () => {
  test('shows the torrent, its pieces and its peer as they stand', async () => {
    const { swarm, feed } = inspected()
    const availability = () => [...Buffer.from(feed.first().torrents?.[0]?.availability ?? '', 'base64')]
    await swarm.until(() => availability().every((count) => count === 1) && availability().length === 8)
    await swarm.pass(5_000)
    const { actors, peers, torrents } = feed.first()
    const torrent = only(torrents)
    expect([torrent.pieces, torrent.total, torrent.peers]).toEqual([8, 8, 1])
    expect([...Buffer.from(torrent.map, 'base64')]).toEqual(Array(8).fill(2))
    const peer = only(peers)
    expect(peer).toMatchObject({
      torrent: torrent.id,
      address: '10.0.0.1:6881',
      direction: 'out',
      handshake: 'open',
      encryption: 'rc4',
      pieces: 8,
      amChoking: true,
      peerChoking: false,
    })
    expect(peer.client).toContain('peerchart')
    expect(peer.why).toContain('we have every piece')
    expect(peer.evidence.every(({ delta }) => delta > 0)).toBe(true)
    const names = actors?.map(({ role, name }) => `${role} ${name}`)
    expect(names).toContain('peer 10.0.0.1:6881')
    expect(names).toContain('transport 10.0.0.1:6881')
    expect(actors?.find(({ id }) => id === peer.id)?.states).toContain('peer.handshake.open')
  })

  test('tells who said what to whom, and which transitions that caused', async () => {
    const { swarm, feed } = inspected()
    await swarm.pass(5_000)
    const { actors = [], said = [] } = feed.first()
    const roleOf = (id: number) => actors.find((actor) => actor.id === id)?.role ?? 'program'
    const spoken = (type: string) => {
      const one = said.find((row) => row.type === type)
      return one && [roleOf(one.from), roleOf(one.to)]
    }
    expect(spoken('wire.unchoke')).toEqual(['transport', 'peer'])
    expect(spoken('peer.unchoked')).toEqual(['peer', 'core'])
    expect(spoken('torrent.request')).toEqual(['core', 'peer'])
    expect(spoken('send.request')).toEqual(['peer', 'transport'])
    expect(spoken('storage.verified')).toEqual(['storage', 'core'])
    expect(spoken('pieces.complete')).toEqual(['core', 'torrent'])
    expect(spoken('torrent.start')).toEqual(['program', 'torrent'])
    const unchoke = said.find(({ type }) => type === 'wire.unchoke')
    expect(unchoke?.took).toContain('peer.peer_choking.choking|wire.unchoke|peer.peer_choking.not_choking')
  })

  test('has the moment behind each event: states and context as they were then', async () => {
    const { swarm, feed } = inspected()
    await swarm.pass(5_000)
    const { said = [] } = feed.first()
    const unchoke = said.find(({ type }) => type === 'wire.unchoke')
    if (!unchoke) throw new Error('nobody was unchoked')
    const then = feed.moment(unchoke.to, unchoke.seq)
    const before = said.filter(({ seq, to }) => to === unchoke.to && seq < unchoke.seq).at(-1)
    const earlier = before && feed.moment(before.to, before.seq)
    expect(then?.states).toContain('peer.peer_choking.not_choking')
    expect(earlier?.states).toContain('peer.peer_choking.choking')
    expect(then?.context).toMatchObject({ downloaded: 0 })
    expect(feed.moment(unchoke.from, unchoke.seq)).toBeUndefined()
    expect(feed.moment(unchoke.to, 1e9)).toBeUndefined()
  })

  test('a batch has what changed since the last, and nothing when nothing did', async () => {
    const { swarm, feed } = inspected()
    await swarm.pass(5_000)
    feed.collect()
    expect(feed.collect()).toBeUndefined()
    await swarm.pass(1_000)
    const batch = feed.collect() as Batch
    expect(batch.said?.map(({ type }) => type)).toContain('timer.tick')
    expect(batch.peers?.length).toBe(1)
    expect(JSON.stringify(batch).length).toBeLessThan(20_000)
  })

  test('a closed peer has its reason and no rates, and is forgotten after ten minutes', async () => {
    const { swarm, feed, leecher } = inspected()
    await swarm.pass(5_000)
    const { id } = only(feed.first().peers)
    leecher.torrent.pause()
    await swarm.pass(20_000)
    expect(feed.first().peers?.find((row) => row.id === id)).toMatchObject({
      rateDown: 0,
      rateUp: 0,
      closed: 'local.stopped',
    })
    expect(feed.living(id)).toBeUndefined()
    await swarm.pass(11 * 60_000)
    expect(feed.collect()?.forgotten).toContain(id)
    expect(feed.first().peers).toEqual([])
  })

  test('what was said takes no more memory than it may', async () => {
    const { swarm, feed } = inspected({ historyBytes: 20_000, pieces: 64 })
    await swarm.pass(30_000)
    const { oldest = 0, said = [] } = feed.first()
    expect(oldest).toBeGreaterThan(100)
    expect(said.length).toBeLessThan(80)
  })
})

describe("what a program of one's own does", () => {
  const inspecting = () => {
    const clock = { at: 0 }
    const feed = new Feed({ now: () => clock.at, historyBytes: 1e6 })
    return { clock, feed, inspect: feed.inspect.bind(feed) }
  }

  test.each(['peer', 'torrent', 'constructor'])('a machine of the name %s is shown as any other', (id) => {
    const { feed, inspect } = inspecting()
    createActor(createMachine({ id, initial: 'on', states: { on: {} } }), { inspect }).start()
    const { actors, peers, torrents } = feed.first()
    expect(actors?.map(({ chart, states }) => [chart, states])).toEqual([[id, [`${id}.on`]]])
    expect([peers, torrents]).toEqual([[], []])
  })

  test('an event that cannot be shown harms neither the actor nor what is known', () => {
    const { feed, inspect } = inspecting()
    const actor = createActor(createMachine({ id: 'any', on: { ask: {} } }), { inspect }).start()
    const nasty = {
      get value() {
        throw new Error('not to be read')
      },
    }
    actor.send({ type: 'ask', nasty } as never)
    actor.send({ type: 'ask', many: new Uint32Array(1e7) } as never)
    expect(feed.first().said?.map(({ text }) => text)).toEqual(['nasty "cannot be shown"', 'many 40,000,000 bytes'])
  })

  test('an actor that threw, or was stopped, is over, and is forgotten', () => {
    const { clock, feed, inspect } = inspecting()
    const child = fromCallback(({ receive }) =>
      receive(() => {
        throw new Error('it breaks')
      }),
    )
    const parent = createMachine({
      id: 'parent',
      invoke: [
        { src: child, id: 'breaks', onError: {} },
        { src: fromTransition((state) => state, 0), id: 'stops' },
      ],
      on: { break: { actions: sendTo('breaks', { type: 'now' }) } },
    })
    const actor = createActor(parent, { inspect })
    actor.subscribe({ error() {} })
    actor.start()
    actor.send({ type: 'break' })
    const statusOf = (name: string) => feed.first().actors?.find((one) => one.name === name)?.status
    expect(statusOf('breaks')).toBe('error')
    actor.stop()
    expect(statusOf('stops')).toBe('stopped')
    clock.at = 11 * 60_000
    expect(feed.collect()?.forgotten).toHaveLength(3)
    expect(feed.first().actors).toEqual([])
  })
})
