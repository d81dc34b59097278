import { expect, it } from 'vitest'
import { MetadataDownload, type MetadataRequest } from '../../../machines/extensions/metadata-download.ts'
import { metadataPieceBytes, metadataPieceLength } from '../../../transport/wire/extended/metadata-pieces.ts'
import { firstOf } from '../../in-full.ts'

const MiB = 2 ** 20
const bytes = new Uint8Array(metadataPieceBytes)
const honest = 1_000_000

interface Liars {
  readonly count: number
  /** Longer than all that they claim; each claims a size of its own. */
  readonly below: number
  /** Pieces that each gives at once. */
  readonly burst: number
  /** After those it gives one each so many milliseconds; Infinity for none. */
  readonly everyMs: number
  /** The oldest leaves, and another comes. */
  readonly renewalMs: number
}

/** One that owes what it is asked for, and gives one piece each `everyMs`. */
function giverOf(size: number, everyMs: number) {
  return { size, everyMs, given: 0, nextAt: 0, owed: [] as MetadataRequest[] }
}

/** How many seconds the metadata of `size` bytes takes from one peer of `rate` bytes a second that comes after `lateMs`. */
function secondsBeside({ count, below, burst, everyMs, renewalMs }: Liars, size: number, rate: number, lateMs: number) {
  const download = new MetadataDownload()
  const peers = new Map<number, ReturnType<typeof giverOf>>()
  let at = 0
  let next = 0
  const offer = (peer: number, ofSize: number, ofEveryMs: number) => {
    peers.set(peer, giverOf(ofSize, ofEveryMs))
    download.offer(peer, ofSize)
  }
  const renew = () => offer(next++, below - next, everyMs)
  const give = ({ peer, piece }: MetadataRequest, totalSize: number) => {
    const data = bytes.subarray(0, metadataPieceLength(totalSize, piece))
    // An `expect` for each of some hundred thousand pieces takes as long as the download.
    const fault = download.data({ at, peer, piece, totalSize, data })
    if (fault !== undefined) expect.fail(`piece ${piece} of peer ${peer}: ${fault}`)
  }
  /** What of it was given at once. */
  const take = (request: MetadataRequest): boolean => {
    const peer = peers.get(request.peer)
    const isLast = (request.piece + 1) * metadataPieceBytes >= (peer?.size ?? 0)
    if (peer === undefined || (isLast && request.peer !== honest)) return false
    if (request.peer === honest || peer.given >= burst) {
      peer.owed.push(request)
      return false
    }
    peer.given++
    give(request, peer.size)
    return true
  }
  while (next < count) renew()
  for (const limitMs = lateMs + 3 * ((size / rate) * 1000) + 10_000; at < limitMs; at += 25) {
    if (at === lateMs) offer(honest, size, (metadataPieceBytes * 1000) / rate)
    for (const peer of peers.values()) {
      const request = at >= peer.nextAt ? peer.owed.shift() : undefined
      if (!request) continue
      peer.nextAt = at + peer.everyMs
      give(request, peer.size)
    }
    if (download.complete) {
      expect(new Set(download.complete.contributors)).toEqual(new Set([honest]))
      return (at - lateMs) / 1000
    }
    while (download.next(at).filter(take).length > 0);
    if (at % renewalMs !== 0) continue
    const oldest = [...peers.keys()].find((peer) => peer !== honest) ?? 0
    peers.delete(oldest)
    download.left(oldest)
    renew()
  }
  return Number.POSITIVE_INFINITY
}

const KiB = 1024
/** As many as there may be besides one, by default. */
const dripping: Liars = { count: 54, below: 10 * MiB, burst: 60, everyMs: 1_900, renewalMs: 1_000 }
const still: Liars = { ...dripping, everyMs: Number.POSITIVE_INFINITY }

/** The dearest last. */
const crowds: readonly (readonly [
  name: string,
  liars: Liars,
  size: number,
  rate: number,
  lateMs: number,
  seconds: number,
])[] = [
  ['45 that stand still, one renewed a second', { ...still, count: 45, burst: 50 }, MiB, 128, 0, 10],
  ['20 that stand still, one renewed a second', { ...still, count: 20, burst: 120 }, 3 * MiB, 128, 0, 30],
  [
    '120 that stand still, one renewed in 2 s',
    { ...still, count: 120, burst: 25, renewalMs: 2_000 },
    MiB / 2,
    128,
    20_000,
    8,
  ],
  ['150 that stand still and stay', { ...still, count: 150, burst: 20, renewalMs: 1e9 }, 2 * MiB, 128, 0, 25],
  ['54 that drip, one renewed a second', dripping, 2 * MiB, 128, 0, 25],
  ['54 that drip shorter metadata, one renewed a second', { ...dripping, below: 2 * MiB }, 2 * MiB, 128, 0, 40],
  ['54 that give 256 KiB/s each and stay', { ...dripping, everyMs: 62, renewalMs: 1e9 }, 2 * MiB, 128, 0, 30],
  ['30 that stand still, one renewed a second', { ...still, count: 30, burst: 80 }, 2 * MiB, 128, 0, 20],
  ['54 that drip, one renewed a second, before it came', dripping, 2 * MiB, 128, 60_000, 25],
  ['54 that drip shorter metadata and stay', { ...dripping, below: 2 * MiB, renewalMs: 1e9 }, 2 * MiB, 128, 0, 58],
  [
    '54 that give 70 KiB/s each and stay, before it came',
    { ...dripping, burst: 40, everyMs: 225, renewalMs: 1e9 },
    2 * MiB,
    128,
    60_000,
    25,
  ],
  ['54 that drip, one renewed a second, slowly as from them', dripping, MiB, 8, 0, 200],
]

it.each(firstOf(1, crowds))('metadata of one honest peer comes beside %s', (_, liars, size, rate, lateMs, seconds) => {
  expect(secondsBeside(liars, size, rate * KiB, lateMs)).toBeLessThan(seconds)
})
