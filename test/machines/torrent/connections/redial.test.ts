import { expect, test } from 'vitest'
import { peerIdOf } from '../../../../machines/peer/peer-view.ts'
import type { CloseReason } from '../../../../machines/peer/vocabulary/close-reason.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import type { EncryptionPolicy } from '../../../../machines/peer/vocabulary/facts.ts'
import { releaseAddresses } from '../../../../machines/torrent/connections/redial.ts'
import { aPeer } from '../a-peer.ts'
import { downloading, meet } from '../a-torrent.ts'

/** When the address of a peer that ended is due again, in milliseconds; undefined: never. */
function dueAfter(reason: CloseReason | undefined): number | undefined {
  const torrent = downloading()
  const { record } = meet(torrent, 'b', [0])
  torrent.core.swarm.remove(record)
  releaseAddresses(torrent.core, record, reason)
  return [1_000, 5_000, 1e9].find((at) => torrent.core.addresses.next(at) !== undefined)
}

test.each<[CloseReason | undefined, number | undefined]>([
  [{ source: 'transport', code: 'reset' }, 1_000],
  [{ source: 'remote', code: 'have_out_of_range' }, 1_000],
  [{ source: 'timeout', code: 'inactivity' }, 1_000],
  [{ source: 'transport', code: 'no_descriptor' }, 5_000],
  [{ source: 'local', code: 'stopped' }, 1_000],
  [{ source: 'local', code: 'duplicate_connection' }, 1_000],
  [{ source: 'local', code: 'super_seeding' }, 1_000],
  [undefined, 1_000],
  [{ source: 'local', code: 'self_connection' }, undefined],
  [{ source: 'local', code: 'nothing_to_trade' }, undefined],
  [{ source: 'local', code: 'banned' }, undefined],
])('an address left for %o is due again after %s ms', (reason, ms) => {
  expect(dueAfter(reason)).toBe(ms)
})

test.each<['nothing_to_trade' | 'banned', number | undefined]>([
  ['nothing_to_trade', 0],
  ['banned', undefined],
])('an address left as %s is due at %s once we want something again', (code, at) => {
  const torrent = downloading()
  const { record } = meet(torrent, 'b', [0])
  torrent.core.swarm.remove(record)
  releaseAddresses(torrent.core, record, { source: 'local', code })
  torrent.core.addresses.recall()
  expect([0, 1e9].find((at) => torrent.core.addresses.next(at) !== undefined)).toBe(at)
})

test('an address that led to a peer twice is not due while the other connection lives, and is when that ends', () => {
  const torrent = downloading()
  const { swarm, addresses } = torrent.core
  const doubled = meet(torrent, 'b', [0]).record
  const link = { address: { host: 'b', port: 50_000 }, direction: 'in', kind: 'memory' } as const
  const kept = swarm.add(link, 100).record
  kept.ref = aPeer(link, peerIdOf(doubled))
  swarm.place(kept)
  swarm.remove(doubled)
  releaseAddresses(torrent.core, doubled, { source: 'local', code: 'duplicate_connection' })
  expect(addresses.next(1e9)).toBeUndefined()
  swarm.remove(kept)
  releaseAddresses(torrent.core, kept, { source: 'transport', code: 'end' })
  expect(addresses.next(1e9)?.address).toEqual({ host: 'b', port: 6881 })
})

test('an address stays due when the connection that stays is of another host, which may have borrowed the peer id', () => {
  const torrent = downloading()
  const { swarm, addresses } = torrent.core
  const honest = meet(torrent, 'honest', [0]).record
  const link = { address: { host: 'elsewhere', port: 50_000 }, direction: 'in', kind: 'memory' } as const
  const borrower = swarm.add(link, 100).record
  borrower.ref = aPeer(link, peerIdOf(honest))
  swarm.place(borrower)
  swarm.remove(honest)
  releaseAddresses(torrent.core, honest, { source: 'local', code: 'duplicate_connection' })
  expect(borrower.alsoAt).toEqual([])
  expect(addresses.next(1_000)?.address).toEqual({ host: 'honest', port: 6881 })
})

test('an address that led to ourselves is not taken from peers again; one left for another reason is', () => {
  const takenAfter = (code: 'self_connection' | 'nothing_to_trade') => {
    const torrent = downloading()
    const { record } = meet(torrent, 'b', [0])
    torrent.core.swarm.remove(record)
    releaseAddresses(torrent.core, record, { source: 'local', code })
    torrent.core.addresses.addHearsay(record.link.address)
    return torrent.core.addresses.waiting
  }
  expect([takenAfter('self_connection'), takenAfter('nothing_to_trade')]).toEqual([0, 1])
})

test.each<[CloseReason, boolean]>([
  [{ source: 'local', code: 'banned' }, true],
  [{ source: 'local', code: 'blacklisted' }, true],
  [{ source: 'local', code: 'private_torrent' }, false],
  [{ source: 'remote', code: 'bad_length' }, false],
])('an address left for %o is remembered as banned: %s', (reason, isBanned) => {
  const torrent = downloading()
  const { record } = meet(torrent, 'b', [0])
  torrent.core.swarm.remove(record)
  releaseAddresses(torrent.core, record, reason)
  expect(torrent.core.addresses.banned).toEqual(isBanned ? [record.link.address] : [])
})

/** How the address of a dial is dialled next, once what `says` tells has happened to it. */
function dialAfter(encryption: EncryptionPolicy, ...says: readonly PeerEvent[]) {
  const torrent = downloading([], { encryption })
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 6881 } })
  for (const event of says) torrent.sockets.at(-1)?.report(event)
  return torrent.core.addresses.next(1e9)
}
const opened: PeerEvent = { type: 'transport.opened' }
const hungUp: PeerEvent = { type: 'transport.closed', end: { code: 'end' } }

test.each<[string, EncryptionPolicy, readonly PeerEvent[], boolean]>([
  ['hung up on our key', 'preferred', [opened, hungUp], true],
  ['answered our key in plaintext', 'preferred', [opened, { type: 'mse.plaintext' }, hungUp], true],
  ['said nothing to our key', 'preferred', [opened, { type: 'timer.key_exchange' }, hungUp], true],
  ['hung up when it had given its own key', 'preferred', [opened, { type: 'mse.synchronising' }, hungUp], false],
  ['was not there', 'preferred', [{ type: 'transport.closed', end: { code: 'refused' } }], false],
  ['hung up on our key', 'required', [opened, hungUp], false],
  ['hung up on our handshake', 'none', [opened, hungUp], false],
])(
  'a remote that %s (%s) is dialled in plaintext next where that is allowed and may help',
  (_, policy, says, plaintext) => {
    expect(dialAfter(policy, ...says)?.plaintext).toBe(plaintext)
  },
)

test('a redial in plaintext is a new peer that does not negotiate', () => {
  const torrent = downloading([], { encryption: 'preferred' })
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 6881 } })
  torrent.sockets[0]?.report(opened)
  torrent.sockets[0]?.report(hungUp)
  torrent.hear({ type: 'timer.tick', at: 1_000 })
  torrent.sockets[1]?.report(opened)
  expect(torrent.sockets.map(({ told }) => told.map(({ type }) => type))).toEqual([
    ['link.offer_encryption'],
    ['send.handshake'],
  ])
})

test.each([
  [0x04, 'utp', 'memory'],
  [0, 'memory', 'utp'],
])('an address that peers told of with the flags %i is dialled by %s first (BEP 11)', (flags, ...ways) => {
  const torrent = downloading([], { transports: ['memory', 'utp'] })
  torrent.hear({ type: 'pex.contacts', peer: 0, contacts: [{ address: { host: '10.0.0.7', port: 6881 }, flags }] })
  const [record] = torrent.core.swarm.peers.values()
  expect(record?.ref?.getSnapshot().context).toMatchObject({ link: { kind: ways[0] }, ways })
})
