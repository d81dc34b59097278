import { describe, expect, test } from 'vitest'
import { utPex } from '../../actors/extensions/ut-pex.ts'
import type { Extension } from '../../machines/extensions/extension.ts'
import { pexEarlyMax, pexGapMinMs, pexSourceMax } from '../../machines/extensions/pex-intake.ts'
import { firstPexMs, pexIntervalMs } from '../../machines/extensions/pex-log.ts'
import { dialPriority } from '../../machines/torrent/connections/dial-priority.ts'
import { extendedMessage } from '../../testing/remote/extended-messages.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { addressKey } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { decodePex, encodePex, type PexContact } from '../../transport/wire/extended/ut-pex.ts'
import { dialRaw, listenRaw } from '../hostile/raw-peer.ts'
import { longTest } from '../in-full.ts'
import { persistedOf } from '../persisted.ts'
import { giverOf, torrentThatIs } from './giver.ts'
import { sampleTorrent } from './sample.ts'
import { type Speaker, speaker } from './speaker.ts'
import { addressOf, createSwarm, type Member, type MemberOptions, type Swarm } from './swarm.ts'

const openHosts = ({ torrent }: Member) =>
  torrent.peers.filter(({ state }) => state === 'open').map(({ address }) => address.host)
const reasons = (member: Member) => member.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])

const contact = (host: string, port = 6881): PexContact => ({ address: { host, port }, flags: 0 })

/** What a speaker was told by ut_pex, under its id 1. */
const told = (remote: Speaker) => remote.heard(1).map((payload) => decodePex(payload))
/** A message of ut_pex, under the id that a speaker was given. */
const tells = (remote: Speaker, ...added: readonly PexContact[]) => changes(remote, { added })
const changes = (
  remote: Speaker,
  { added = [], dropped = [] }: { readonly added?: readonly PexContact[]; readonly dropped?: readonly Address[] },
) => extendedMessage(remote.greetings[0]?.m?.ut_pex ?? 0, encodePex({ added, dropped }))

describe('peer exchange (BEP 11)', () => {
  const hosts = (addresses: readonly Address[] = []) => addresses.map(({ host }) => host).sort()

  async function hub(swarm: Swarm, options: MemberOptions = {}) {
    const member = swarm.add('10.0.0.1', { has: [0], ...options })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    return member
  }
  const join = (swarm: Swarm, host: string, remote: Speaker): ScriptedRemote =>
    dialRaw(swarm, host, '10.0.0.1', remote.script)

  test('is how a third peer is found, by nothing else', async () => {
    const swarm = createSwarm()
    const members = [
      swarm.add('10.0.0.1', { has: [0, 1] }),
      swarm.add('10.0.0.2', { has: [2, 3], knows: ['10.0.0.1'] }),
      swarm.add('10.0.0.3', { has: [4, 5], knows: ['10.0.0.1'] }),
    ]
    swarm.start()
    await swarm.pass(2 * firstPexMs)
    expect(members.map((member) => openHosts(member).sort())).toEqual([
      ['10.0.0.2', '10.0.0.3'],
      ['10.0.0.1', '10.0.0.3'],
      ['10.0.0.1', '10.0.0.2'],
    ])
    await swarm.stop()
  })

  test('tells who is connected, where it listens, and never the receiver of itself', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    await hub(swarm)
    const [first, second, hidden] = [
      speaker({ m: { ut_pex: 1 }, p: 7001 }),
      speaker({ m: { ut_pex: 1 }, p: 7002, prefersEncryption: true }),
      speaker({ m: { ut_pex: 1 } }),
    ]
    join(swarm, '10.0.0.2', first)
    join(swarm, '10.0.0.3', second)
    join(swarm, '10.0.0.4', hidden)
    await swarm.pass(firstPexMs + 2_000)
    expect(told(first)).toEqual([{ added: [{ address: { host: '10.0.0.3', port: 7002 }, flags: 1 }], dropped: [] }])
    expect(told(second)).toEqual([{ added: [{ address: { host: '10.0.0.2', port: 7001 }, flags: 0 }], dropped: [] }])
    expect(hosts(told(hidden)[0]?.added.map(({ address }) => address))).toEqual(['10.0.0.2', '10.0.0.3'])
    await swarm.stop()
  })

  test('is how others find who listens where the system chose: those dialled before learn it', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const remote = speaker({}, [{ name: 'have_none' }])
    listenRaw(swarm, '10.0.0.9', remote.script)
    const { torrent } = swarm.add('10.0.0.1', {
      knows: ['10.0.0.9'],
      listens: false,
      listen: { host: '10.0.0.1', port: 0 },
    })
    const ports: number[] = []
    torrent.on('listening', ({ address }) => ports.push(address.port))
    swarm.start()
    await swarm.pass(2_000)
    expect(ports).toHaveLength(1)
    expect(remote.greetings.at(-1)?.p).toBe(ports[0])
    await swarm.stop()
  })

  longTest('tells who came and who left since, at most once a minute', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    await hub(swarm)
    const first = speaker({ m: { ut_pex: 1 }, p: 7001 })
    join(swarm, '10.0.0.2', first)
    const gone = join(swarm, '10.0.0.3', speaker({ p: 7002 }))
    await swarm.pass(firstPexMs + 2_000)
    gone.connection.destroy()
    join(swarm, '10.0.0.4', speaker({ p: 7003 }))
    await swarm.pass(pexIntervalMs - 4_000)
    expect(told(first)).toHaveLength(1)
    await swarm.pass(8_000)
    expect(told(first).slice(1)).toEqual([
      {
        added: [{ address: { host: '10.0.0.4', port: 7003 }, flags: 0 }],
        dropped: [{ host: '10.0.0.3', port: 7002 }],
      },
    ])
    await swarm.stop()
  })

  longTest(
    'is bounded: of 10,000 addresses in one message a few are dialled, and none that nobody could have',
    async () => {
      const swarm = createSwarm({ encryption: 'none' })
      const member = await hub(swarm)
      const liar = speaker({ m: { ut_pex: 1 } })
      const raw = join(swarm, '10.0.0.2', liar)
      await swarm.pass(1_500)
      const id = liar.greetings[0]?.m?.ut_pex ?? 0
      // 224.0.0.x:6881, then 10.2.x.y:0, then 10.2.x.y:6881
      const added = Array.from({ length: 10_000 }, (_, i) =>
        i < 10 ? [224, 0, 0, i, 26, 225] : [10, 2, i >> 8, i & 255, ...(i < 20 ? [0, 0] : [26, 225])],
      )
      raw.say(extendedMessage(id, { added: Uint8Array.from(added.flat()) }))
      await swarm.pass(1_500)
      expect(persistedOf(member.torrent).hearsay.length).toBeLessThanOrEqual(pexSourceMax)
      expect(new Set(member.dialled).size).toBeLessThanOrEqual(pexSourceMax)
      expect(member.dialled).toContain('10.2.0.20:6881')
      expect(member.dialled.filter((one) => /^224|:0$/.test(one))).toEqual([])
      expect(openHosts(member)).toEqual(['10.0.0.2'])
      await swarm.stop()
    },
  )

  test('is listened to once in 45 s; who says a little more is unheard, and who says much more is closed', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = await hub(swarm)
    const flood = speaker({ m: { ut_pex: 1 } })
    const raw = join(swarm, '10.0.0.2', flood)
    await swarm.pass(1_500)
    const news = (i: number) => tells(flood, contact(`10.1.${i >> 8}.${i & 255}`))
    for (let i = 0; i <= pexEarlyMax; i++) raw.say(news(i))
    await swarm.pass(10_000)
    expect(openHosts(member)).toEqual(['10.0.0.2'])
    for (let i = 0; i < 2_000; i++) raw.say(news(100 + i))
    await swarm.pass(30_000)
    expect(new Set(member.dialled)).toEqual(new Set(['10.1.0.0:6881']))
    expect(reasons(member)).toContain('remote.pex_flood')
    expect(raw.end).toBeDefined()
    await swarm.stop()
  })

  test('of our own machine from outside is passed over', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = await hub(swarm)
    const outside = speaker({ m: { ut_pex: 1 } })
    const raw = join(swarm, '192.0.2.7', outside)
    await swarm.pass(1_500)
    const added = ['127.0.0.1', '10.0.0.77', '198.51.100.1'].map((host) => ({ address: { host, port: 22 }, flags: 0 }))
    raw.say(extendedMessage(outside.greetings[0]?.m?.ut_pex ?? 0, encodePex({ added, dropped: [] })))
    await swarm.pass(1_500)
    expect(new Set(member.dialled)).toEqual(new Set(['198.51.100.1:22']))
    await swarm.stop()
  })

  test('is no bencode: that ends the connection', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = await hub(swarm)
    const liar = speaker({ m: { ut_pex: 1 } })
    const raw = join(swarm, '10.0.0.2', liar)
    await swarm.pass(1_500)
    raw.say(extendedMessage(liar.greetings[0]?.m?.ut_pex ?? 0, Uint8Array.of(0x64, 0x78)))
    await swarm.pass(500)
    expect(reasons(member)).toEqual(['remote.extension_malformed'])
    await swarm.stop()
  })

  test('is not for private torrents (BEP 27), whoever adds it', async () => {
    const sample = sampleTorrent()
    const swarm = createSwarm({
      encryption: 'none',
      torrent: { ...sample, metainfo: { ...sample.metainfo, private: true } },
    })
    const member = await hub(swarm, { extensions: [utPex()] })
    const remote = speaker({ m: { ut_pex: 1 }, p: 7001 })
    const raw = join(swarm, '10.0.0.2', remote)
    join(swarm, '10.0.0.3', speaker({ p: 7002 }))
    await swarm.pass(firstPexMs + 2_000)
    expect(remote.greetings[0]?.m).not.toHaveProperty('ut_pex')
    const news = encodePex({ added: [{ address: { host: '10.0.0.4', port: 1 }, flags: 0 }], dropped: [] })
    for (let id = 1; id < 10; id++)
      if (!Object.values(remote.greetings[0]?.m ?? {}).includes(id)) raw.say(extendedMessage(id, news))
    await swarm.pass(pexIntervalMs)
    expect([told(remote), member.dialled]).toEqual([[], []])
    await swarm.stop()
  })

  test('contacts that come to a private torrent by any other way are not dialled either (BEP 27)', async () => {
    const dials = async (isPrivate: boolean) => {
      const swarm = createSwarm({ encryption: 'none', torrent: torrentThatIs(isPrivate) })
      const contacts = [{ address: { host: '10.0.0.4', port: 1 }, flags: 0 }]
      const gossip: Extension = {
        name: 'pc_gossip',
        start: (send) => (event) => event.type === 'timer.tick' && send({ type: 'pex.contacts', peer: 1, contacts }),
      }
      const member = await hub(swarm, { extensions: [gossip] })
      await swarm.pass(5_000)
      await swarm.stop()
      return member.dialled
    }
    expect(await dials(false)).toContain('10.0.0.4:1')
    expect(await dials(true)).toEqual([])
  })

  test('finds and tells of peers by IPv6 as well, both ways', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const third = speaker({ m: { ut_pex: 1 }, p: 6881 })
    const members = [
      swarm.add('2001:db8:0:1::1', { has: [0, 1] }),
      swarm.add('2001:db8:0:2::1', { has: [2, 3], knows: ['2001:db8:0:1::1'] }),
      swarm.add('2001:db8:0:3::1', { has: [4, 5], knows: ['2001:db8:0:1::1'] }),
    ]
    swarm.start()
    await swarm.until(() => members[0]?.emittedOf('listening').length === 1)
    dialRaw(swarm, '2001:db8:0:4::1', '2001:db8:0:1::1', third.script)
    await swarm.pass(2 * firstPexMs)
    expect(members.slice(1).map((member) => openHosts(member).sort())).toEqual([
      ['2001:db8:0:1::1', '2001:db8:0:3::1'],
      ['2001:db8:0:1::1', '2001:db8:0:2::1'],
    ])
    expect(hosts(told(third)[0]?.added.map(({ address }) => address))).toEqual(['2001:db8:0:2::1', '2001:db8:0:3::1'])
    await swarm.stop()
  })

  test('takes what a peer calls dropped out of what it has told, which makes room for others', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = await hub(swarm)
    const teller = speaker({ m: { ut_pex: 1 } })
    const raw = join(swarm, '10.0.0.2', teller)
    await swarm.pass(1_500)
    const many = Array.from({ length: pexSourceMax }, (_, i) => contact(`10.1.0.${i}`))
    const dropped = [contact('10.1.0.7').address]
    raw.say(tells(teller, ...many))
    await swarm.pass(pexGapMinMs + 1_000)
    raw.say(tells(teller, contact('10.2.0.0')))
    await swarm.pass(pexGapMinMs + 1_000)
    expect(member.dialled).not.toContain('10.2.0.0:6881')
    raw.say(changes(teller, { added: [contact('10.2.0.1'), contact('10.2.0.2')], dropped }))
    await swarm.pass(pexGapMinMs + 1_000)
    expect(member.dialled).toContain('10.2.0.1:6881')
    expect(member.dialled).not.toContain('10.2.0.2:6881')
    await swarm.stop()
  })

  longTest('of ourselves costs one dial, however many peers tell of us, and how often', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = await hub(swarm)
    const tellers = [speaker({ m: { ut_pex: 1 } }), speaker({ m: { ut_pex: 1 } }), speaker({ m: { ut_pex: 1 } })]
    const raws = tellers.map((teller, i) => join(swarm, `10.0.0.${i + 2}`, teller))
    await swarm.pass(1_500)
    const [us, host] = [contact('10.0.0.1'), (i: number, round: number) => contact(`10.1.${round}.${i}`)]
    for (const round of [0, 1, 2]) {
      for (const [i, teller] of tellers.entries()) {
        raws[i]?.say(changes(teller, { added: [us, host(i, round)], dropped: round > 0 ? [host(i, 0).address] : [] }))
        await swarm.pass(1_000)
      }
      await swarm.pass(pexGapMinMs)
    }
    expect(reasons(member)).toContain('local.self_connection')
    expect(member.dialled.filter((one) => one === '10.0.0.1:6881')).toHaveLength(1)
    expect(member.dialled).toContain('10.1.2.2:6881')
    await swarm.stop()
  })

  describe('is dialled in the order of the canonical priority (BEP 40)', () => {
    const us = '203.0.113.5'
    const contacts = Array.from({ length: 12 }, (_, i) => contact(`192.${i}.2.1`))

    /** The order in which a member dials what it is told of. */
    async function orderOf(greeting: ExtendedHandshake, listens: boolean) {
      const swarm = createSwarm({ encryption: 'none' })
      const teller = speaker({ m: { ut_pex: 1 }, ...greeting })
      const raws = listenRaw(swarm, '198.51.100.1', teller.script)
      const member = swarm.add(us, { knows: ['198.51.100.1'], listens })
      swarm.start()
      await swarm.pass(1_500)
      raws[0]?.say(tells(teller, ...contacts))
      await swarm.pass(5_000)
      await swarm.stop()
      return [...new Set(member.dialled)].slice(1)
    }
    const priority = ({ address }: PexContact) => dialPriority({ host: us, port: 0 }, address) ?? 0
    const byPriority = contacts.toSorted((one, other) => priority(other) - priority(one))
    const inOrder = byPriority.map(({ address }) => addressKey(address))

    test('by the address at which peers see us', async () => {
      expect(await orderOf({ yourip: Uint8Array.of(203, 0, 113, 5) }, false)).toEqual(inOrder)
    })

    test('by the one address we listen on, as long as nobody has said where it sees us', async () => {
      expect(await orderOf({}, true)).toEqual(inOrder)
    })
  })
})

describe('peer exchange of a magnet link', () => {
  /** A magnet link that knows one peer alone, which has told it of another that is there and one that is not. */
  async function introduced(isPrivate: boolean) {
    const swarm = createSwarm({ encryption: 'none', torrent: torrentThatIs(isPrivate) })
    const [teller, hearsay] = [speaker({ m: { ut_pex: 1 } }), speaker({ m: { ut_pex: 1 } })]
    const [tellers] = [listenRaw(swarm, '10.0.0.2', teller.script), listenRaw(swarm, '10.0.0.7', hearsay.script)]
    listenRaw(swarm, '10.0.0.3', giverOf(swarm.metainfo.infoBytes))
    const leecher = swarm.add('10.0.0.1', { magnet: true, knows: ['10.0.0.2'], extensions: [utPex()] })
    swarm.start()
    await swarm.pass(1_500)
    tellers[0]?.say(tells(teller, contact('10.0.0.7'), contact('10.0.0.8')))
    await swarm.pass(4 * firstPexMs)
    return { swarm, leecher, teller, hearsay }
  }

  test('finds its swarm by it, and tells nobody of anybody before the metadata has come', async () => {
    const { swarm, leecher, teller, hearsay } = await introduced(false)
    expect(openHosts(leecher)).toEqual(['10.0.0.2', '10.0.0.7'])
    expect([told(teller), told(hearsay)]).toEqual([[], []])
    leecher.torrent.addPeer(addressOf('10.0.0.3'))
    await swarm.until(() => leecher.state === 'downloading')
    await swarm.pass(firstPexMs)
    expect(told(teller)[0]?.added.map(({ address }) => address.host)).toContain('10.0.0.7')
    expect(openHosts(leecher)).toContain('10.0.0.7')
    await swarm.stop()
  })

  test('that turns out to be private ends with all it has led to (BEP 27)', async () => {
    const { swarm, leecher, teller, hearsay } = await introduced(true)
    expect(openHosts(leecher)).toEqual(['10.0.0.2', '10.0.0.7'])
    leecher.torrent.addPeer(addressOf('10.0.0.3'))
    await swarm.until(() => leecher.state === 'downloading')
    const dials = leecher.dialled.length
    await swarm.pass(2 * pexIntervalMs)
    expect(reasons(leecher)).toContain('local.private_torrent')
    expect(openHosts(leecher).sort()).toEqual(['10.0.0.2', '10.0.0.3'])
    expect(leecher.dialled.slice(dials)).toEqual([])
    expect([told(teller), told(hearsay)]).toEqual([[], []])
    expect(teller.greetings.at(-1)?.m?.ut_pex).toBe(0)
    leecher.torrent.addExtension(utPex())
    await swarm.pass(1_000)
    expect(teller.greetings.at(-1)?.m?.ut_pex).toBe(0)
    await swarm.stop()
  })
})
