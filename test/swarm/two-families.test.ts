import { describe, expect, test } from 'vitest'
import { firstPexMs } from '../../machines/extensions/pex-log.ts'
import { witnessesMin } from '../../machines/torrent/connections/own-address.ts'
import { ipBytes } from '../../transport/address.ts'
import { dialRaw, listenRaw } from '../hostile/raw-peer.ts'
import { sampleTorrent } from './sample.ts'
import { speaker } from './speaker.ts'
import { addressOf, createSwarm, type Member } from './swarm.ts'

const bytesOf = (host: string) => ipBytes(host) ?? new Uint8Array(0)

const states = (member: Member) => member.torrent.peers.map(({ address, state }) => `${address.host} ${state}`)

describe('a swarm over IPv6', () => {
  test('downloads, and finds the third peer by peer exchange, as over IPv4', async () => {
    const swarm = createSwarm()
    const hosts = ['2001:db8:1::1', '2001:db8:2::1', '2001:db8:3::1'] as const
    const [hub, first, second] = [
      swarm.add(hosts[0], { has: [0, 1] }),
      swarm.add(hosts[1], { has: [2, 3], knows: [hosts[0]] }),
      swarm.add(hosts[2], { has: [4, 5], knows: [hosts[0]] }),
    ]
    swarm.start()
    await swarm.pass(2 * firstPexMs)
    expect(states(hub).sort()).toEqual([`${hosts[1]} open`, `${hosts[2]} open`])
    expect(states(first).sort()).toEqual([`${hosts[0]} open`, `${hosts[2]} open`])
    expect(states(second).sort()).toEqual([`${hosts[0]} open`, `${hosts[1]} open`])
    expect([hub, first, second].map(({ torrent }) => torrent.progress.pieces)).toEqual([6, 6, 6])
    await swarm.stop()
  })
})

describe('our address of the other family (BEP 10, `ipv6`)', () => {
  const here = '2001:db8::1'

  test('is told to those that connect over IPv4 once enough peers see us there, and to no peer that connects by it', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = swarm.add(here, { has: [0] })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const meet = async (host: string) => {
      const remote = speaker({ yourip: bytesOf(here) })
      dialRaw(swarm, host, here, remote.script)
      await swarm.pass(2_000)
      return remote.greetings.at(-1)
    }
    for (let i = 0; i < witnessesMin; i++) expect((await meet(`198.51.100.${i + 1}`))?.ipv6).toBeUndefined()
    const [over4, over6] = [await meet('198.51.100.77'), await meet('2001:db8:9::7')]
    expect([over4?.ipv6, over4?.ipv4]).toEqual([bytesOf(here), undefined])
    expect([over6?.ipv6, over6?.ipv4]).toEqual([undefined, undefined])
    await swarm.stop()
  })

  test('is not told where we do not listen', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const member = swarm.add('198.51.100.200', { has: [0] })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    for (let i = 0; i <= witnessesMin; i++) {
      const remote = speaker({ yourip: bytesOf(here) })
      dialRaw(swarm, `198.51.100.${i + 1}`, '198.51.100.200', remote.script)
      await swarm.pass(2_000)
      expect(remote.greetings.at(-1)?.ipv6).toBeUndefined()
    }
    await swarm.stop()
  })
})

describe("a peer's address of the other family", () => {
  const [over4, over6] = ['203.0.113.9', '2001:db8:9::9']

  async function connected({ isPrivate = false } = {}) {
    const { metainfo, data } = sampleTorrent()
    const torrent = { metainfo: { ...metainfo, private: isPrivate }, data }
    const swarm = createSwarm({ encryption: 'none', torrent })
    const greeting = { p: addressOf(over4).port, ipv6: bytesOf(over6) }
    const [first, second] = [over4, over6].map((host) => listenRaw(swarm, host, speaker(greeting).script))
    const member = swarm.add('198.51.100.1', { has: [0], knows: [over4] })
    swarm.start()
    await swarm.until(() => states(member).includes(`${over4} open`))
    await swarm.pass(60_000)
    expect(second).toHaveLength(0)
    return { swarm, peer: first?.[0], second }
  }

  /** Longer than a silent peer is kept. */
  const silenceMs = 300_000

  test('is dialled when the way to it is lost, and not before', async () => {
    const { swarm, peer, second } = await connected()
    peer?.connection.pause()
    await swarm.pass(silenceMs)
    expect(second?.length).toBeGreaterThan(0)
    await swarm.stop()
  })

  test('is not dialled when the peer itself has ended the connection', async () => {
    const { swarm, peer, second } = await connected()
    peer?.connection.destroy()
    await swarm.pass(5_000)
    expect(second).toHaveLength(0)
    await swarm.stop()
  })

  test('is not dialled of a private torrent (BEP 27)', async () => {
    const { swarm, peer, second } = await connected({ isPrivate: true })
    peer?.connection.pause()
    await swarm.pass(silenceMs)
    expect(second).toHaveLength(0)
    await swarm.stop()
  })
})
