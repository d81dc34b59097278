import { describe, expect, test } from 'vitest'
import { bencoded, defineExtension } from '../../actors/extensions/extension.ts'
import { firstPexMs } from '../../machines/extensions/pex-log.ts'
import { extendedMessage } from '../../testing/remote/extended-messages.ts'
import type { Address } from '../../transport/transport.ts'
import { encodeHolepunch } from '../../transport/wire/extended/ut-holepunch.ts'
import { encodePex } from '../../transport/wire/extended/ut-pex.ts'
import { dialRaw, listenRaw } from '../hostile/raw-peer.ts'
import { speaker } from './speaker.ts'
import { createSwarm, type Member } from './swarm.ts'

/** An extension in the place of one that comes with every torrent: it says nothing, and hears nothing. */
const mute = (name: string) => defineExtension({ name, codec: bencoded, start: () => ({}) })

/** Where nobody answers. */
const silent: Address = { host: '10.0.0.9', port: 6881 }
/** Where the peer there can be met, as its relay knows. */
const met: Address = { host: '10.0.0.8', port: 6881 }

/** A torrent with one peer, which tells of an address at which nobody answers. */
async function told() {
  const swarm = createSwarm({ encryption: 'none' })
  // The swarm's bytes are carried by memory, which is called uTP here.
  const member = swarm.add('10.0.0.1', { has: [0], transport: { ...swarm.network.transport('10.0.0.1'), kind: 'utp' } })
  const relay = speaker({ m: { ut_pex: 1, ut_holepunch: 2 } })
  swarm.start()
  await swarm.until(() => member.emittedOf('listening').length > 0)
  const raw = dialRaw(swarm, '10.0.0.2', '10.0.0.1', relay.script)
  await swarm.pass(1_500)
  const ids = relay.greetings[0]?.m ?? {}
  raw.say(extendedMessage(ids.ut_pex ?? 0, encodePex({ added: [{ address: silent, flags: 0x08 }], dropped: [] })))
  return { swarm, member, relay, raw, id: ids.ut_holepunch ?? 0 }
}

describe('where nobody answers (BEP 55)', () => {
  test('the peer that told of the address is asked to bring us together', async () => {
    const { swarm, relay } = await told()
    await swarm.until(() => relay.heard(2).length > 0, 60_000)
    expect(relay.heard(2)).toEqual([encodeHolepunch({ type: 'rendezvous', address: silent })])
    await swarm.stop()
  })

  test('a peer that is told to connect dials at once, the address it was told, and opens', async () => {
    const { swarm, member, raw, id } = await told()
    listenRaw(swarm, met.host, speaker({}).script)
    raw.say(extendedMessage(id, encodeHolepunch({ type: 'connect', address: met })))
    await swarm.pass(1_000)
    expect(member.dialled).toContain('10.0.0.8:6881')
    expect(member.torrent.peers.filter(({ state }) => state === 'open').map(({ address }) => address.host)).toEqual([
      '10.0.0.2',
      '10.0.0.8',
    ])
    await swarm.stop()
  })

  test('it dials an address that just failed at once when its peer is said to dial us', async () => {
    const { swarm, member, raw, relay, id } = await told()
    await swarm.until(() => relay.heard(2).length > 0, 60_000)
    const before = member.dialled.length
    raw.say(extendedMessage(id, encodeHolepunch({ type: 'connect', address: silent })))
    await swarm.pass(100)
    expect(member.dialled.slice(before)).toEqual(['10.0.0.9:6881'])
    await swarm.stop()
  })

  test('a banned address is not dialled for it', async () => {
    const { swarm, member, raw, id } = await told()
    member.torrent.blacklist.add(met)
    raw.say(extendedMessage(id, encodeHolepunch({ type: 'connect', address: met })))
    await swarm.pass(firstPexMs)
    expect(member.dialled).not.toContain('10.0.0.8:6881')
    await swarm.stop()
  })
})

describe('two peers over uTP behind routers that let in nothing but answers, one of which is told of the other', () => {
  const [relayHost, inside, other] = ['203.0.113.1', '198.51.100.1', '198.51.100.2'] as const
  /** So that it is told of nobody: else both would dial at the same time by chance. */
  const noPex = mute('ut_pex')
  const noHolepunch = mute('ut_holepunch')
  const hosts = ({ torrent }: Member) =>
    torrent.peers.filter(({ state }) => state === 'open').map(({ address }) => address.host)

  function swarmOf({ relays }: { readonly relays: boolean }) {
    const swarm = createSwarm({ utp: { latencyMs: 20, jitterMs: 5 } })
    const hidden = { knows: [relayHost], isBehindRouter: true }
    const members = {
      relay: swarm.add(relayHost, { has: [0], extensions: relays ? [] : [noHolepunch] }),
      one: swarm.add(inside, { ...hidden, has: [1, 2] }),
      two: swarm.add(other, { ...hidden, has: [3, 4, 5], extensions: [noPex] }),
    }
    swarm.start()
    return { swarm, ...members }
  }

  test('are connected when the third that is connected to both brings them together, and exchange', async () => {
    const { swarm, relay, one, two } = swarmOf({ relays: true })
    await swarm.until(() => hosts(one).includes(other) && hosts(two).includes(inside), 60_000)
    await swarm.until(() => [relay, one, two].every(({ torrent }) => torrent.progress.pieces === 6))
    for (const member of [relay, one, two]) expect(member.emittedOf('crashed')).toEqual([])
    await swarm.stop()
    await swarm.pass(60_000)
    expect(swarm.clock.pending).toBe(0)
  })

  test('are never connected when the third does not', async () => {
    const { swarm, one, two } = swarmOf({ relays: false })
    await swarm.pass(120_000)
    expect([hosts(one), hosts(two)]).toEqual([[relayHost], [relayHost]])
    expect(one.dialled).toContain(`${other}:6881`)
    expect(two.dialled).not.toContain(`${inside}:6881`)
    await swarm.stop()
  })
})
