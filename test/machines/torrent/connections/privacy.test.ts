import { describe, expect, test } from 'vitest'
import { renounceHearsay } from '../../../../machines/torrent/connections/privacy.ts'
import { downloading, meet } from '../a-torrent.ts'

describe('a private torrent (BEP 27)', () => {
  test('leaves peers that only peers told of, and forgets those it would have dialled', () => {
    const torrent = downloading([], { maxPeers: 6 })
    const given = meet(torrent, '10.0.0.1', []).record
    const contacts = ['10.0.0.2', '10.0.0.3', '10.0.0.4'].map((host) => ({ address: { host, port: 6881 }, flags: 0 }))
    torrent.hear({ type: 'pex.contacts', peer: given.peer, contacts })
    const [, told, both] = [...torrent.core.swarm.peers.values()]
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: '10.0.0.3', port: 6881 } })
    expect([told?.link.address.host, both?.link.address.host]).toEqual(['10.0.0.2', '10.0.0.3'])
    const orders = renounceHearsay(torrent.core)
    expect(orders).toEqual([{ tell: 'peer', to: told?.ref, event: { type: 'torrent.close', code: 'private_torrent' } }])
    expect(torrent.core.addresses.waiting).toBe(0)
  })

  test('keeps a peer that leads to an address the user gave, by whatever connection, and those that dialled us', () => {
    const torrent = downloading()
    const given = meet(torrent, '10.0.0.1', []).record
    const contacts = [{ address: { host: '10.0.0.2', port: 6881 }, flags: 0 }]
    torrent.hear({ type: 'pex.contacts', peer: given.peer, contacts })
    const told = [...torrent.core.swarm.peers.values()].at(-1)
    if (told) told.alsoAt = [given.link.address]
    const link = { address: { host: '10.0.0.3', port: 50_000 }, direction: 'in', kind: 'memory' } as const
    const incoming = torrent.core.swarm.add(link, 100).record
    incoming.ref = given.ref
    expect(renounceHearsay(torrent.core)).toEqual([])
  })
})
