import { describe, expect, test } from 'vitest'
import { dialing } from '../../../../machines/torrent/connections/batching.ts'
import { decide } from '../../../../machines/torrent/core/decide.ts'
import { downloading } from '../a-torrent.ts'

describe('a decision that is not carried out', () => {
  const address = { host: 'a', port: 6881 }

  test.each([
    ['an address that is added', { type: 'torrent.add_peer', address }],
    ['an address heard of', { type: 'pex.contacts', peer: 0, contacts: [{ address, flags: 0 }] }],
  ] as const)('dials %s: the address is noted before it is dialled', (_, event) => {
    const { core, sockets } = downloading()
    const command = { type: 'group.spawn', input: { link: { address } } }
    expect(decide(core, event)).toMatchObject([
      { tell: 'chart', event: { type: 'swarm.group', isNew: true, command } },
      { tell: 'chart', event: { type: 'pace.dialing' } },
    ])
    expect([...core.swarm.peers.values()].map(({ link }) => link.address)).toEqual([address])
    expect(sockets).toEqual([])
  })

  test('dials the next batch: the pause is over before that', () => {
    const { actor, core } = downloading()
    for (let i = 0; i <= dialing.batch; i++) {
      actor.send({ type: 'torrent.add_peer', address: { host: `host${i}`, port: 6881 } })
    }
    expect(core.swarm.peers.size).toBe(dialing.batch)
    decide(core, { type: 'timer.dialing' })
    expect(core.swarm.peers.size).toBe(dialing.batch + 1)
  })

  test('has the time of the tick it is about', () => {
    const { core } = downloading()
    decide(core, { type: 'timer.tick', at: 7_000 })
    expect(core.now).toBe(7_000)
    expect([...core.idle]).toEqual([
      ['nothing_to_offer', 0],
      ['no_addresses', 0],
    ])
  })
})
