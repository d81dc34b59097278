import { describe, expect, test } from 'vitest'
import { isEnding, peerIdOf } from '../../../../machines/peer/peer-view.ts'
import { decide } from '../../../../machines/torrent/core/decide.ts'
import { onLeft } from '../../../../machines/torrent/trust/verdicts.ts'
import { memoryPair } from '../../../../transport/memory.ts'
import { seededRandom } from '../../../../transport/random.ts'
import { SimulatedClock } from '../../../../transport/simulated-clock.ts'
import { downloading, meet } from '../a-torrent.ts'

const data = () => new Uint8Array(32_768)
const block = (index: number, begin: number) => ({ index, begin, data: new Uint8Array(16_384) })
const good = ['good 0', 'good 1']

/** One block of piece 0 from each of two peers; of `host`, if they are of one. */
function halves(host?: string) {
  const torrent = downloading([1, 2, 3])
  const liar = meet(torrent, host ?? 'liar', [0], { name: 'liar' })
  const honest = meet(torrent, host ?? 'honest', [0], { name: 'honest', port: 6882 })
  for (const peer of [liar, honest]) peer.report({ type: 'wire.unchoke' })
  liar.report({ type: 'wire.piece', blocks: [block(0, 0)], at: 0 })
  honest.report({ type: 'wire.piece', blocks: [block(0, 16_384)], at: 0 })
  const banned: string[] = []
  torrent.actor.on('banned', ({ address }) => banned.push(address.host))
  return { ...torrent, liar, honest, banned }
}

/** A peer that was dialled or accepted sends its handshake. */
function shakeHands(socket: ReturnType<typeof downloading>['sockets'][number] | undefined, peerId: string) {
  socket?.report({ type: 'transport.opened' })
  const features = { extended: false, fast: true, dht: false }
  socket?.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
  socket?.report({ type: 'wire.peer_id', peerId })
}

const reputationOf = (peer: ReturnType<typeof meet>) => peer.record.ref?.getSnapshot().context.reputation

/** The piece comes again, right, from the honest one alone. */
function again({ hear, honest }: ReturnType<typeof halves>) {
  honest.report({ type: 'wire.piece', blocks: [block(0, 0), block(0, 16_384)], at: 0 })
  hear({ type: 'storage.verified', index: 0, data: data(), digests: good })
}

describe('of two peers that gave blocks of a corrupt piece', () => {
  test('neither pays before it is known which one lied', () => {
    const { hear, honest, liar } = halves()
    hear({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    expect([reputationOf(liar), reputationOf(honest)]).toEqual([100, 100])
  })

  test('the one with the block that differs from the good one pays when the piece verifies', () => {
    const swarm = halves()
    swarm.hear({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'wire.choke' })
    again(swarm)
    expect([reputationOf(swarm.liar), reputationOf(swarm.honest)]).toEqual([80, 101])
  })

  test('the one that lied pays also when it has left', () => {
    const swarm = halves()
    swarm.hear({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'transport.closed', end: { code: 'end' } })
    again(swarm)
    expect(swarm.core.memory.reputationOf({ host: 'liar', port: 6881 })).toBe(80)
    expect(swarm.banned).toEqual([])
  })

  test.each([
    ['a router', '203.0.113.5'],
    ['a /64', '2001:db8::5'],
  ])('the honest one does not pay for the one that lied and has left, with which it shares %s', (_, host) => {
    const swarm = halves(host)
    swarm.hear({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'transport.closed', end: { code: 'end' } })
    again(swarm)
    const { reputation, evidence } = swarm.honest.record.ref?.getSnapshot().context ?? {}
    expect([reputation, evidence]).toEqual([101, [{ rule: 'verified', change: 1, peer: 1, piece: 0 }]])
    expect(swarm.core.memory.reputationOf({ host, port: 6881 })).toBe(80)
  })

  test('the one that lied pays where it is now when it has left and come back', () => {
    const swarm = halves()
    swarm.hear({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'transport.closed', end: { code: 'end' } })
    swarm.hear({ type: 'timer.tick', at: 10_000 })
    const back = [...swarm.core.swarm.peers.values()].at(-1)
    expect(back?.link.address.host).toBe('liar')
    shakeHands(swarm.sockets.at(-1), peerIdOf(swarm.liar.record))
    again(swarm)
    expect(back?.ref?.getSnapshot().context.reputation).toBe(80)
  })
})

describe('a verdict that comes', () => {
  const corrupt = { type: 'storage.corrupt', index: 0, data: data(), digests: [] } as const
  const both = { type: 'wire.piece', blocks: [block(0, 0), block(0, 16_384)], at: 0 } as const

  /** A peer has given all of piece 0, and no verdict is in yet. */
  function given({ host = 'liar', corruptBefore = 0 } = {}) {
    const torrent = downloading([1, 2, 3])
    const liar = meet(torrent, host, [0])
    const banned: number[] = []
    torrent.actor.on('banned', ({ reputation }) => banned.push(reputation))
    liar.report({ type: 'wire.unchoke' })
    for (let i = 0; i < corruptBefore; i++) {
      liar.report(both)
      torrent.hear(corrupt)
    }
    liar.report(both)
    const left = () => liar.report({ type: 'transport.closed', end: { code: 'destroyed' } })
    return { ...torrent, liar, banned, left }
  }
  const here = { host: 'liar', port: 6881 }

  test('while the peer is closing counts, and its leaving does not wash it off', () => {
    const { core, hear, left, liar } = given()
    liar.report({ type: 'wire.violation', violation: { code: 'bad_length', detail: '' } })
    expect(isEnding(liar.record)).toBe(true)
    hear(corrupt)
    left()
    expect(core.memory.reputationOf(here)).toBe(70)
  })

  test('while the peer is closing bans it, once', () => {
    const { banned, core, hear, left, liar } = given({ corruptBefore: 1 })
    liar.report({ type: 'wire.violation', violation: { code: 'bad_length', detail: '' } })
    hear(corrupt)
    left()
    expect(core.memory.reputationOf(here)).toBe(50)
    expect(core.blacklist.hasAddress(here)).toBe(true)
    expect(banned).toEqual([50])
  })

  test('when the peer is back from another port is paid there', () => {
    const [, back] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })
    const { actor, core, hear, left, liar, sockets } = given({ host: back.remote.host })
    left()
    actor.send({ type: 'listener.accepted', connection: back })
    shakeHands(sockets.at(-1), peerIdOf(liar.record))
    hear(corrupt)
    const record = [...core.swarm.peers.values()].at(-1)
    expect(record?.link.address).toEqual(back.remote)
    expect(record?.ref?.getSnapshot().context.reputation).toBe(80)
    expect(core.memory.reputationOf(back.remote)).toBe(100)
  })

  test('before the peer that is back has sent its handshake, is remembered of its host', () => {
    const [, back] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })
    const { actor, core, hear, left } = given({ host: back.remote.host })
    left()
    actor.send({ type: 'listener.accepted', connection: back })
    hear(corrupt)
    expect([...core.swarm.peers.values()].at(-1)?.ref?.getSnapshot().context.reputation).toBe(100)
    expect(core.memory.reputationOf(back.remote)).toBe(80)
  })

  test('for a peer that was buried is remembered too', () => {
    const { actor, core, hear, liar } = given()
    actor.send({ type: 'group.crashed', peer: liar.record.peer, error: new Error('a defect') })
    hear(corrupt)
    expect(core.memory.reputationOf(here)).toBe(80)
  })
})

test('the names of two connections from one host add up to the ban', () => {
  const { core } = downloading()
  const { swarm, blacklist } = core
  const from = (port: number) =>
    swarm.add({ address: { host: 'b', port }, direction: 'in', kind: 'memory' }, 100).record
  const [one, other] = [from(1), from(2)]
  expect(onLeft(core, one, 60)).toEqual({ orders: [], news: [] })
  const address = { host: 'b', port: 2 }
  const { orders, news } = onLeft(core, other, 80)
  expect(news).toMatchObject([{ type: 'banned', address, reputation: 40 }])
  expect(orders).toMatchObject([{ tell: 'blacklist', address, ban: { peerId: '', reason: '' } }])
  expect(orders[0]).toHaveProperty('to', blacklist)
  expect(blacklist.size).toBe(0)
})

test('two of one host that lied about one piece and have left: the host is banned once, in one decision', () => {
  const known = [{ key: 'liars', reputation: 70, evidence: [] }]
  const torrent = downloading([1, 2, 3], { known })
  const liars = [1, 2].map((port) => meet(torrent, 'liars', [0], { name: `liar ${port}`, port }))
  for (const { report } of liars) report({ type: 'wire.unchoke' })
  for (const [i, { report }] of liars.entries()) report({ type: 'wire.piece', blocks: [block(0, i * 16_384)], at: 0 })
  torrent.hear({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'bad 1'] })
  for (const { report } of liars) report({ type: 'transport.closed', end: { code: 'end' } })
  const honest = meet(torrent, 'honest', [0])
  honest.report({ type: 'wire.unchoke' })
  honest.report({ type: 'wire.piece', blocks: [block(0, 0), block(0, 16_384)], at: 0 })
  const { core } = torrent
  const commands = decide(core, { type: 'storage.verified', index: 0, data: data(), digests: good })
  const news = commands.flatMap((command) =>
    command.tell === 'chart' && command.event.type === 'core.emitted' ? command.event.news : [],
  )
  expect(news.filter(({ type }) => type === 'reputation' || type === 'banned')).toMatchObject([
    { type: 'reputation', reputation: 50 },
    { type: 'banned', reputation: 50 },
    { type: 'reputation', reputation: 30 },
  ])
  expect(commands.filter(({ tell }) => tell === 'blacklist')).toMatchObject([{ address: { host: 'liars', port: 1 } }])
  // The decision alone bans nobody: that is for the command.
  expect(core.blacklist.size).toBe(0)
})

describe('a quirk, the same rule broken on every connection,', () => {
  const quirk = { type: 'wire.violation', violation: { code: 'bad_length', detail: '' } } as const
  const here = { host: 'a', port: 1 }

  test('costs a host once, also when its connections break it side by side', () => {
    const torrent = downloading()
    const news: number[] = []
    torrent.actor.on('reputation', ({ reputation }) => news.push(reputation))
    const peers = [1, 2, 3, 4, 5, 6].map((port) => meet(torrent, 'a', [], { port, name: `client ${port}` }))
    for (const { report } of peers) report(quirk)
    for (const { report } of peers) report({ type: 'transport.closed', end: { code: 'destroyed' } })
    expect(news).toEqual([90])
    expect(torrent.core.memory.reputationOf(here)).toBe(90)
    expect(torrent.core.memory.evidenceOf(here)).toHaveLength(1)
    expect(torrent.core.blacklist.size).toBe(0)
  })
})

test('a host that is banned while another connection of it shakes hands gets no further with that one', () => {
  const torrent = downloading()
  const told = () => torrent.sockets[0]?.told.map(({ type }) => type)
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'liar', port: 6881 } })
  torrent.sockets[0]?.report({ type: 'transport.opened' })
  const features = { extended: false, fast: true, dht: false }
  torrent.sockets[0]?.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
  torrent.core.blacklist.add({ host: 'liar', port: 50_000 })
  torrent.sockets[0]?.report({ type: 'wire.peer_id', peerId: '2d'.repeat(20) })
  expect(told()?.at(-1)).toBe('link.end')
})

test('a peer that falls to 50 is banned: told of, closed, blacklisted', () => {
  const torrent = downloading([1, 2, 3])
  const liar = meet(torrent, 'liar', [0])
  const banned: unknown[] = []
  torrent.actor.on('banned', (event) => banned.push(event))
  liar.report({ type: 'wire.unchoke' })
  for (let corrupt = 0; corrupt < 3; corrupt++) {
    liar.report({ type: 'wire.piece', blocks: [block(0, 0), block(0, 16_384)], at: 0 })
    torrent.hear({ type: 'storage.corrupt', index: 0, data: data(), digests: [] })
  }
  expect(liar.told.at(-1)).toEqual({ type: 'link.end' })
  liar.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  const evidence = Array(3).fill({ rule: 'corrupt', change: -20, peer: 0, piece: 0 })
  const reason = '3 × corrupt (piece 0)'
  const address = { host: 'liar', port: 6881 }
  expect(banned).toEqual([{ type: 'banned', address, reputation: 40, reason, evidence }])
  expect(torrent.core.blacklist.entries).toEqual([{ key: 'liar', address, peerId: '', reason, evidence, at: 0 }])
  expect(torrent.core.blacklist.hasAddress({ host: 'liar', port: 1 })).toBe(true)
})
