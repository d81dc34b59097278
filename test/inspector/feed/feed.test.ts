import { describe, expect, test, vi } from 'vitest'
import { assign, createActor, createMachine, fromCallback, fromTransition, sendTo } from 'xstate'
import { Feed } from '../../../inspector/feed/feed.ts'
import type { Batch } from '../../../inspector/protocol/protocol.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import { createDoubleSwarm } from '../../swarm/double-swarm.ts'
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
    const { swarm, feed, leecher } = inspected()
    await swarm.until(() => leecher.torrent.progress.pieces > 0)
    const [{ availability = '' } = {}] = feed.first().torrents ?? []
    expect([...Buffer.from(availability, 'base64')]).toEqual(Array(8).fill(1))
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
    expect(peer.why).toMatch(/^↓ .*we have every piece.*; ↑ /)
    expect(peer.reasons.map(({ text }) => text.slice(0, 2))).toEqual(['↓ ', '↑ '])
    expect(torrent.name).toMatch(/^torrent [0-9a-f]{8} :6881$/)
    expect(peer.evidence.every(({ delta }) => delta > 0)).toBe(true)
    const names = actors?.map(({ role, name }) => `${role} ${name}`)
    expect(names).toContain('peer 10.0.0.1:6881')
    expect(names).toContain('transport 10.0.0.1:6881')
    expect(actors?.find(({ id }) => id === peer.id)?.states).toContain('peer.handshake.open')
  })

  test('shows of a peer that is dialled by two transports which of them failed, and why', async () => {
    const swarm = createDoubleSwarm()
    swarm.networks.blackhole('utp', '10.0.0.3')
    swarm.add('10.0.0.1', ['utp'], { has: 'all' })
    const feed = new Feed({ now: () => swarm.clock.now(), historyBytes: 1e8 })
    const knows = ['10.0.0.1', '10.0.0.3']
    swarm.add('10.0.0.2', ['tcp', 'utp'], { knows, inspect: feed.inspect.bind(feed) })
    swarm.start()
    const peer = (host: string) => feed.first().peers?.find(({ address }) => address === `${host}:6881`)
    await swarm.pass(1_000)
    expect(peer('10.0.0.1')).toMatchObject({ handshake: 'open', transport: 'utp', attempts: 'tcp: transport.refused' })
    expect(peer('10.0.0.3')).toMatchObject({
      attempts: 'tcp: transport.refused',
      why: 'nobody has answered the dial yet (refused by tcp, dialling by utp)',
    })
    await swarm.pass(2_100)
    expect(peer('10.0.0.3')).toMatchObject({
      closed: 'timeout.connect',
      attempts: 'tcp: transport.refused, utp: timeout.connect',
    })
    await swarm.stop()
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
    expect(unchoke?.took).toContain('peer.peer_choking.choking|wire.unchoke|peer.peer_choking.not_choking|isOpen')
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
    const told = said.find(({ type }) => type === 'peer.unchoked')
    expect(told && feed.moment(told.from, told.seq)?.states).toContain('peer.peer_choking.not_choking')
    expect(feed.moment(unchoke.to, 1e9)).toBeUndefined()
  })

  test('has what an actor heard and said, also where a page is told of others alone at first', async () => {
    const { swarm, feed } = inspected()
    await swarm.pass(5_000)
    const { id } = only(feed.first().peers)
    const rows = feed.said(id) ?? []
    expect(rows.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['wire.unchoke', 'peer.unchoked', 'send.request']),
    )
    expect(rows.every(({ from, to }) => from === id || to === id)).toBe(true)
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq).sort((a, b) => a - b))
    expect(feed.said(1e9)).toBeUndefined()
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

describe('what is computed', () => {
  /** The looks into sets of pieces, of which a piece map needs one a piece. */
  const looks = (run: () => void): number => {
    const has = vi.spyOn(PieceSet.prototype, 'has')
    run()
    const { length } = has.mock.calls
    has.mockRestore()
    return length
  }

  test('is nothing while no page is open, but rates of torrents, and who is forgotten', async () => {
    const { swarm, feed } = inspected()
    for (let second = 0; second < 20; second++) {
      await swarm.pass(1_000)
      expect(looks(() => feed.rest())).toBe(0)
    }
    expect(looks(() => feed.first())).toBeGreaterThan(0)
    const { rates = [], torrents } = feed.first()
    expect(rates.map(({ id }) => id)).toEqual(Array(20).fill(only(torrents).id))
    await swarm.pass(1_000)
    expect(feed.collect()?.rates?.map(({ id }) => id)).toContain(only(torrents).id)
  })

  test('with a page the row of a peer comes twice a second at most, that of a torrent once', async () => {
    const { swarm, feed } = inspected({ pieces: 64 })
    feed.collect()
    const batches: Batch[] = []
    for (let turn = 0; turn < 20; turn++) {
      await swarm.pass(200)
      batches.push(feed.collect() ?? { now: 0 })
    }
    const rows = (of: 'peers' | 'torrents') => batches.reduce((sum, batch) => sum + (batch[of]?.length ?? 0), 0)
    expect(rows('peers')).toBeGreaterThan(2)
    expect(rows('peers')).toBeLessThanOrEqual(8)
    expect(rows('torrents')).toBeGreaterThan(2)
    expect(rows('torrents')).toBeLessThanOrEqual(4)
  })

  test('an actor is told of again only when its states have changed', async () => {
    const { swarm, feed } = inspected()
    await swarm.pass(60_000)
    feed.collect()
    await swarm.pass(1_000)
    const batch = feed.collect() as Batch
    expect(batch.said?.some(({ type }) => type === 'timer.tick')).toBe(true)
    expect(batch.actors).toBeUndefined()
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

  test('states and transitions are named by where they are, whatever ids they have', () => {
    const { feed, inspect } = inspecting()
    const machine = createMachine({
      id: 'lamp',
      initial: 'off',
      states: {
        off: { id: 'dark', on: { turn: '#bright' } },
        on: { initial: 'dim', states: { dim: { id: 'bright', after: { 50: '#dark' } } } },
      },
    })
    const actor = createActor(machine, { inspect }).start()
    actor.send({ type: 'turn' })
    const { actors, said = [] } = feed.first()
    expect(only(actors).states).toEqual(['lamp.on.dim'])
    expect(said.at(-1)?.took).toEqual(['lamp.off|turn|lamp.on.dim'])
    actor.stop()
  })

  test('a moment of what an actor said is how it stood then, also where what it had heard was left out', () => {
    const { clock, feed, inspect } = inspecting()
    const machine = createMachine({
      context: { turns: 0 },
      invoke: { id: 'ear', src: fromTransition((state) => state, 0) },
      on: {
        turn: { actions: assign({ turns: ({ context }) => context.turns + 1 }) },
        tell: { actions: [assign({ turns: -1 }), sendTo('ear', { type: 'told' })] },
        later: { actions: sendTo('ear', { type: 'told later' }, { delay: 5 }) },
      },
    })
    vi.useFakeTimers()
    try {
      const actor = createActor(machine, { inspect }).start()
      for (let nth = 0; nth < 300; nth++) actor.send({ type: 'turn' })
      actor.send({ type: 'later' })
      vi.advanceTimersByTime(5)
      for (let nth = 0; nth < 300; nth++) actor.send({ type: 'tell' })
      const { said = [] } = feed.first()
      const { id } = feed.first().actors?.find(({ parent }) => parent === 0) ?? { id: 0 }
      const turns = (type: string) => {
        const row = said.findLast((one) => one.type === type)
        return row && feed.moment(id, row.seq)?.context
      }
      expect(turns('turn')).toMatchObject({ turns: 200 })
      expect(turns('told later')).toMatchObject({ turns: 300 })
      expect(turns('told')).toMatchObject({ turns: -1 })
      clock.at = 1_000
    } finally {
      vi.useRealTimers()
    }
  })

  test('machines of one name, or of none, have charts of their own, which go with the last actor', () => {
    const { clock, feed, inspect } = inspecting()
    const named = () => createMachine({ id: 'one', initial: 'on', states: { on: {} } })
    const nameless = () => createMachine({ initial: 'on', states: { on: {} } })
    const [first, second] = [named(), named()]
    const machines = [first, second, first.provide({ actions: { any() {} } }), nameless(), nameless()]
    const actors = machines.map((machine) => createActor(machine, { inspect }).start())
    const charts = feed.first().actors?.map(({ chart = '' }) => chart) ?? []
    expect(charts).toEqual(['one', 'one~2', 'one', '(machine)', '(machine)~3'])
    expect(charts.map((chart) => feed.machine(chart))).toEqual([first, second, first, machines[3], machines[4]])
    for (const actor of actors.slice(1)) actor.stop()
    clock.at = 11 * 60_000
    feed.rest()
    expect(charts.map((chart) => feed.machine(chart) !== undefined)).toEqual([true, false, true, false, false])
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

  test('of actors that are only heard of, the newest are known', () => {
    const { feed, inspect } = inspecting()
    const actor = createActor(createMachine({ id: 'any', on: { ask: {} } }), { inspect }).start()
    const machine = createMachine({ id: 'stranger' })
    for (let nth = 0; nth < 1_000; nth++) {
      const actorRef = createActor(machine)
      inspect({ type: '@xstate.event', actorRef, sourceRef: actor, event: { type: 'hello' }, rootId: '' })
    }
    feed.rest()
    const { actors = [] } = feed.first()
    expect(actors.map(({ id }) => id)).toEqual([1, ...Array.from({ length: 500 }, (_, nth) => 502 + nth)])
    actor.stop()
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
