import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { firstOf, longDescribe, longTest } from '../in-full.ts'
import { createDoubleSwarm, type DoubleSwarm, type Kind, latencyMs } from './double-swarm.ts'
import { addressOf, type Member, port } from './swarm.ts'

const openPeers = ({ torrent }: Member) => torrent.peers.filter(({ state }) => state === 'open')
const closed = (member: Member) => member.emittedOf('peer').filter(({ peer }) => peer.state === 'closed')
const happened = ({ networks }: DoubleSwarm, what: 'dialled' | 'accepted' | 'lost') =>
  networks.events.filter((event) => event.what === what).map(({ kind }) => kind)

/** How long it took, in milliseconds, until a connection was open. */
async function opening(swarm: DoubleSwarm, member: Member): Promise<number> {
  const since = swarm.clock.now()
  await swarm.until(() => openPeers(member).length > 0)
  return swarm.clock.now() - since
}

/** The same, of a dial by the one transport that the remote speaks. */
async function openingDirectly(kind: Kind): Promise<number> {
  const swarm = createDoubleSwarm()
  swarm.add('b', [kind], { has: 'all' })
  const a = swarm.add('a', [kind], { knows: ['b'] })
  swarm.start()
  const ms = await opening(swarm, a)
  await swarm.stop()
  return ms
}

describe('a torrent with several transports', () => {
  test('listens by each on one port, and tells of each', async () => {
    const swarm = createDoubleSwarm()
    const member = swarm.add('a', ['utp', 'tcp'])
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length === 2)
    expect(member.emittedOf('listening')).toEqual([
      { type: 'listening', transport: 'tcp', address: { host: 'a', port } },
      { type: 'listening', transport: 'utp', address: { host: 'a', port } },
    ])
    await swarm.stop()
  })

  test('is told of a transport that cannot listen there, and listens by the others', async () => {
    const swarm = createDoubleSwarm()
    await swarm.networks.transport('utp', 'a').listen(addressOf('a'), () => undefined)
    const member = swarm.add('a', ['utp', 'tcp'])
    swarm.start()
    await swarm.until(() => member.emittedOf('warning').length > 0)
    expect(member.emittedOf('listening').map(({ transport }) => transport)).toEqual(['tcp'])
    expect(member.emittedOf('warning')[0]?.message).toMatch(/^cannot listen by utp: .*6881/)
    await swarm.stop()
  })
})

describe('a dial by several transports', () => {
  test.each<[string, Kind, 'silent' | 'refusing', number]>([
    ['the first alone, while the second is silent', 'utp', 'silent', 0],
    ['the first alone, while the second refuses', 'utp', 'refusing', 0],
    ['the second alone, while the first is silent', 'tcp', 'silent', delays.attemptMs],
    ['the second alone, while the first refuses', 'tcp', 'refusing', 2 * latencyMs],
  ])('opens fast with a remote that speaks %s', async (_, spoken, other, lateMs) => {
    const swarm = createDoubleSwarm()
    const silenced = spoken === 'utp' ? 'tcp' : 'utp'
    if (other === 'silent') swarm.networks.blackhole(silenced, 'b')
    swarm.add('b', [spoken], { has: 'all' })
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'] })
    swarm.start()
    expect(await opening(swarm, a)).toBe((await openingDirectly(spoken)) + lateMs)
    expect(openPeers(a)[0]?.transport).toBe(spoken)
    await swarm.pass(delays.connectMs)
    expect(openPeers(a)).toHaveLength(1)
    expect(closed(a)).toEqual([])
    expect([swarm.networks.underWay.size, swarm.networks.held.size]).toEqual([0, 1])
    await swarm.stop()
  })

  test('opens one connection with a remote that speaks both, by the first', async () => {
    const swarm = createDoubleSwarm()
    const b = swarm.add('b', ['utp', 'tcp'], { has: 'all' })
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'] })
    swarm.start()
    await swarm.until(() => a.torrent.progress.pieces === swarm.metainfo.pieceHashes.length / 20)
    expect(await a.isWhole()).toBe(true)
    await swarm.pass(delays.connectMs)
    expect(happened(swarm, 'dialled')).toEqual(['utp'])
    expect(happened(swarm, 'accepted')).toEqual(['utp'])
    expect(b.emittedOf('peer').every(({ peer }) => peer.transport === 'utp')).toBe(true)
    await swarm.stop()
  })

  test('of which the second opens gives up the first, and tells nobody of that', async () => {
    const swarm = createDoubleSwarm()
    swarm.networks.blackhole('utp', 'b')
    const b = swarm.add('b', ['tcp'], { has: 'all' })
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'] })
    swarm.start()
    await opening(swarm, a)
    await swarm.pass(1)
    expect(happened(swarm, 'lost')).toEqual(['utp'])
    expect(closed(a)).toEqual([])
    expect(closed(b)).toEqual([])
    await swarm.stop()
  })

  test.each<[string, readonly Kind[], string, readonly { transport: Kind; reason: string }[], string]>([
    [
      'refuses by both',
      [],
      'transport.refused',
      [
        { transport: 'utp', reason: 'transport.refused' },
        { transport: 'tcp', reason: 'transport.refused' },
      ],
      'refused by utp, refused by tcp',
    ],
    [
      'is silent by both',
      ['utp', 'tcp'],
      'timeout.connect',
      [
        { transport: 'utp', reason: 'timeout.connect' },
        { transport: 'tcp', reason: 'timeout.connect' },
      ],
      'no answer by utp, no answer by tcp',
    ],
    [
      'refuses by one and is silent by the other',
      ['utp'],
      'timeout.connect',
      [
        { transport: 'tcp', reason: 'transport.refused' },
        { transport: 'utp', reason: 'timeout.connect' },
      ],
      'refused by tcp, no answer by utp',
    ],
  ])('to an address that %s fails with both reasons', async (_, silent, reason, attempts, detail) => {
    const swarm = createDoubleSwarm()
    for (const kind of silent) swarm.networks.blackhole(kind, 'b')
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'] })
    swarm.start()
    await swarm.until(() => closed(a).length > 0)
    expect(closed(a)[0]?.peer).toMatchObject({ reason, attempts })
    expect(a.torrent.explain().download.map(({ text }) => text)).toContain(
      `addresses that failed wait before they are dialled again (1, the next in 1 s: b:6881, ${reason}: ${detail})`,
    )
    await swarm.stop()
    expect(swarm.networks.held.size).toBe(0)
  })

  longTest('that one transport refuses waits for the other as long as a host takes that is there', async () => {
    const swarm = createDoubleSwarm()
    swarm.networks.blackhole('utp', 'b')
    const a = swarm.add('a', ['tcp', 'utp'], { knows: ['b'] })
    swarm.start()
    await swarm.until(() => a.torrent.peers.length > 0)
    const since = swarm.clock.now()
    await swarm.until(() => closed(a).length > 0)
    expect(swarm.clock.now() - since).toBe(2 * latencyMs + delays.remainingMs)
    expect(closed(a)[0]?.peer).toMatchObject({
      reason: 'timeout.connect',
      attempts: [
        { transport: 'tcp', reason: 'transport.refused' },
        { transport: 'utp', reason: 'timeout.connect' },
      ],
    })
    await swarm.stop()
  })

  test('says what failed before it opened, as long as the connection stands', async () => {
    const swarm = createDoubleSwarm()
    const b = swarm.add('b', ['utp'], { has: 'all' })
    const a = swarm.add('a', ['tcp', 'utp'], { knows: ['b'] })
    swarm.start()
    await opening(swarm, a)
    expect(openPeers(a)[0]).toMatchObject({
      transport: 'utp',
      attempts: [{ transport: 'tcp', reason: 'transport.refused' }],
    })
    await swarm.settled(b.torrent.stop())
    await swarm.until(() => closed(a).length > 0)
    expect(closed(a)[0]?.peer).not.toHaveProperty('attempts')
    await swarm.stop()
  })

  test('says which transports it tries, and which follows', async () => {
    const swarm = createDoubleSwarm()
    for (const kind of ['utp', 'tcp'] as const) swarm.networks.blackhole(kind, 'b')
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'] })
    const why = () => a.torrent.explain().download.find(({ code }) => code === 'connecting')?.text
    swarm.start()
    await swarm.until(() => a.torrent.peers.length > 0)
    expect(why()).toBe('nobody has answered the dial yet (dialling by utp, tcp follows within 250 ms)')
    await swarm.pass(delays.attemptMs)
    expect(why()).toBe('nobody has answered the dial yet (dialling by utp and tcp)')
    await swarm.stop()
  })

  test('ends in the middle of its attempts, and leaves no connection', async () => {
    const swarm = createDoubleSwarm()
    for (const kind of ['utp', 'tcp'] as const) swarm.networks.blackhole(kind, 'b')
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'] })
    swarm.start()
    await swarm.pass(delays.attemptMs + 1)
    expect(swarm.networks.underWay.size).toBe(2)
    await swarm.settled(a.torrent.stop())
    expect(swarm.networks.held.size).toBe(0)
  })
})

/** What a host does by one transport. */
const manners = {
  refuses: () => undefined,
  'is silent': ({ networks }: DoubleSwarm, kind: Kind) => networks.blackhole(kind, 'b'),
  'hangs up': ({ networks }: DoubleSwarm, kind: Kind) =>
    void networks.transport(kind, 'b').listen(addressOf('b'), (connection) => connection.destroy()),
  'says nothing': ({ networks }: DoubleSwarm, kind: Kind) =>
    void networks.transport(kind, 'b').listen(addressOf('b'), (connection) => connection.open(deaf)),
}
const deaf = { opened: () => {}, data: () => {}, drained: () => {}, closed: () => {} }
type Manner = keyof typeof manners
const mannerNames: readonly Manner[] = ['refuses', 'is silent', 'hangs up', 'says nothing']

/** How often such a host is dialled in two minutes, and by how many connections, at once at most and in all. */
async function dialled(byTcp: Manner, byUtp: Manner, kinds: readonly [Kind, ...Kind[]]) {
  const swarm = createDoubleSwarm()
  manners[byTcp](swarm, 'tcp')
  manners[byUtp](swarm, 'utp')
  const a = swarm.add('a', kinds, { knows: ['b'] })
  swarm.start()
  let atOnce = 0
  await swarm.until(() => {
    atOnce = Math.max(atOnce, swarm.networks.held.size)
    return swarm.clock.now() >= 120_000
  })
  await swarm.stop()
  return { dials: closed(a).length, connections: happened(swarm, 'dialled').length, atOnce }
}

const known = new Map<string, Promise<number>>()

/** How often a host is dialled that has one transport alone. */
function dialsByOne(kind: Kind, manner: Manner): Promise<number> {
  const key = `${kind} ${manner}`
  const dials = known.get(key) ?? dialled(manner, manner, [kind]).then((counts) => counts.dials)
  known.set(key, dials)
  return dials
}

describe.each(firstOf(2, mannerNames))('a host that %s by TCP', (byTcp) => {
  test.each(firstOf(2, mannerNames))(
    'and %s by uTP is dialled no more often than by one transport, by two connections',
    async (byUtp) => {
      const byBoth = await dialled(byTcp, byUtp, ['tcp', 'utp'])
      const byOne = [await dialsByOne('tcp', byTcp), await dialsByOne('utp', byUtp)]
      expect(byBoth.dials).toBeLessThanOrEqual(Math.max(...byOne))
      expect(byBoth.connections).toBeLessThanOrEqual(2 * byBoth.dials)
      expect(byBoth.atOnce).toBeLessThanOrEqual(2)
    },
  )
})

longDescribe('200 dead addresses', () => {
  test.each([4, 55])('are tried by no more attempts at once than there are places (%i)', async (maxPeers) => {
    const swarm = createDoubleSwarm()
    const hosts = Array.from({ length: 200 }, (_, i) => `dead${i}`)
    for (const host of hosts) for (const kind of ['utp', 'tcp'] as const) swarm.networks.blackhole(kind, host)
    swarm.add('a', ['utp', 'tcp'], { knows: hosts, maxPeers })
    swarm.start()
    let most = 0
    const minuteMs = 60_000
    await swarm.until(() => {
      most = Math.max(most, swarm.networks.underWay.size)
      return swarm.clock.now() >= minuteMs
    })
    expect(most).toBeGreaterThan(maxPeers / 2)
    expect(most).toBeLessThanOrEqual(maxPeers + 1)
    const tried = swarm.networks.events.filter(({ what }) => what === 'dialled')
    const perDial = tried.reduce(
      (count, { address }) => count.set(address.host, (count.get(address.host) ?? 0) + 1),
      new Map<string, number>(),
    )
    expect(Math.max(...perDial.values())).toBeLessThanOrEqual(maxPeers === 4 ? 2 : 4)
    await swarm.stop()
    expect(swarm.networks.held.size).toBe(0)
  })
})
