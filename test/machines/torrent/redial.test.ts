import { expect, test } from 'vitest'
import type { CloseReason } from '../../../machines/peer/close-reason.ts'
import { releaseAddresses } from '../../../machines/torrent/redial.ts'
import { downloading, meet } from './a-torrent.ts'

/** When the address of a peer that ended is due again, in milliseconds; undefined: never. */
function dueAfter(reason: CloseReason | undefined): number | undefined {
  const torrent = downloading()
  const { record } = meet(torrent, 'b', [0])
  torrent.work.swarm.remove(record)
  releaseAddresses(torrent.actor.getSnapshot().context, record, reason)
  return [1_000, 5_000, 1e9].find((at) => torrent.work.addresses.next(at) !== undefined)
}

test.each<[CloseReason | undefined, number | undefined]>([
  [{ source: 'transport', code: 'reset' }, 1_000],
  [{ source: 'remote', code: 'bitfield_not_first' }, 1_000],
  [{ source: 'timeout', code: 'inactivity' }, 1_000],
  [{ source: 'local', code: 'stopped' }, 1_000],
  [{ source: 'local', code: 'duplicate_connection' }, 1_000],
  [undefined, 1_000],
  [{ source: 'local', code: 'self_connection' }, undefined],
  [{ source: 'local', code: 'nothing_to_trade' }, undefined],
  [{ source: 'local', code: 'banned' }, undefined],
])('an address left for %o is due again after %s ms', (reason, ms) => {
  expect(dueAfter(reason)).toBe(ms)
})

test('an address that led to a peer twice is not due while the other connection lives, and is when that ends', () => {
  const torrent = downloading()
  const { context } = torrent.actor.getSnapshot()
  const { swarm, addresses } = torrent.work
  const doubled = meet(torrent, 'b', [0]).record
  const link = { address: { host: 'b', port: 50_000 }, direction: 'in', kind: 'memory' } as const
  const kept = swarm.add(link, 100).record
  kept.peerId = doubled.peerId
  swarm.remove(doubled)
  releaseAddresses(context, doubled, { source: 'local', code: 'duplicate_connection' })
  expect(addresses.next(1e9)).toBeUndefined()
  swarm.remove(kept)
  releaseAddresses(context, kept, { source: 'transport', code: 'end' })
  expect(addresses.next(1e9)?.address).toEqual({ host: 'b', port: 6881 })
})

test('an address stays due when the connection that stays is of another host, which may have borrowed the peer id', () => {
  const torrent = downloading()
  const { swarm, addresses } = torrent.work
  const honest = meet(torrent, 'honest', [0]).record
  const link = { address: { host: 'elsewhere', port: 50_000 }, direction: 'in', kind: 'memory' } as const
  const borrower = swarm.add(link, 100).record
  borrower.peerId = honest.peerId
  swarm.remove(honest)
  releaseAddresses(torrent.actor.getSnapshot().context, honest, { source: 'local', code: 'duplicate_connection' })
  expect(borrower.alsoAt).toEqual([])
  expect(addresses.next(1_000)?.address).toEqual({ host: 'honest', port: 6881 })
})
