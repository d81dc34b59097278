import { describe, expect, it } from 'vitest'
import {
  leftCopiesMax,
  MetadataDownload,
  type MetadataRequest,
} from '../../../machines/extensions/metadata-download.ts'
import { metadataRestMs, metadataSilenceMs, metadataTimeoutMs } from '../../../machines/extensions/metadata-source.ts'
import {
  metadataBytesMax,
  metadataPieceBytes,
  metadataPieceLength,
} from '../../../transport/wire/extended/metadata-pieces.ts'

const pieces = 4
const size = pieces * metadataPieceBytes - 100

/** A download whose peers, all of one size, are asked at 0. */
function offered(...peers: readonly number[]): MetadataDownload {
  const download = new MetadataDownload()
  for (const peer of peers) download.offer(peer, size)
  return download
}

/** `value` fills the piece: 1 is true, all else is not. */
function give(download: MetadataDownload, { peer, piece }: MetadataRequest, value = 1, ofSize = size, at = 0) {
  const data = new Uint8Array(metadataPieceLength(ofSize, piece)).fill(value)
  return download.data({ peer, piece, totalSize: ofSize, data, at })
}

/** Lets peers answer at once all they are asked for, until nothing is asked; answers which peers it asked. */
function run(download: MetadataDownload, fill: (request: MetadataRequest) => number, at = 0): number[] {
  const asked = new Set<number>()
  for (let requests = download.next(at); requests.length > 0; requests = download.next(at)) {
    for (const request of requests) {
      asked.add(request.peer)
      expect(give(download, request, fill(request))).toBeUndefined()
    }
  }
  return [...asked]
}

describe('metadata (BEP 9)', () => {
  it('is asked of all peers in turn, two pieces of each at once', () => {
    expect(offered(1, 2, 3).next(0)).toEqual([
      { peer: 1, piece: 0 },
      { peer: 2, piece: 1 },
      { peer: 3, piece: 2 },
      { peer: 1, piece: 3 },
    ])
    expect(offered(1).next(0)).toEqual([
      { peer: 1, piece: 0 },
      { peer: 1, piece: 1 },
    ])
  })

  it('is asked rather of a peer that owes nothing', () => {
    const download = offered(1)
    download.next(0)
    give(download, { peer: 1, piece: 0 })
    download.offer(2, size)
    expect(download.next(0)).toEqual([
      { peer: 2, piece: 2 },
      { peer: 1, piece: 3 },
    ])
  })

  it('of a peer that withdrew is asked of others, and used if it comes all the same', () => {
    const download = offered(1)
    download.next(0)
    download.offer(2, size)
    download.withdrew(1)
    expect(download.next(0)).toEqual([
      { peer: 2, piece: 0 },
      { peer: 2, piece: 1 },
    ])
    expect(give(download, { peer: 1, piece: 0 })).toBeUndefined()
    expect(give(download, { peer: 1, piece: 1 })).toBeUndefined()
    for (const piece of [0, 1]) give(download, { peer: 2, piece })
    download.next(0)
    for (const piece of [2, 3]) give(download, { peer: 2, piece })
    expect(download.complete?.contributors).toEqual([1, 1, 2, 2])
  })

  it('is asked of a peer that withdrew and offers again, and never again of one that lied', () => {
    const download = offered(1)
    download.next(0)
    download.withdrew(1)
    expect([download.next(0), download.offer(1, size)]).toEqual([[], true])
    run(download, () => 0)
    expect(download.corrupt().culprits).toEqual([1])
    download.withdrew(1)
    expect([download.offer(1, size), download.next(0)]).toEqual([false, []])
  })

  it('is asked for once', () => {
    const download = offered(1)
    download.next(0)
    expect(download.next(0)).toEqual([])
    give(download, { peer: 1, piece: 1 })
    expect(download.next(0)).toEqual([{ peer: 1, piece: 2 }])
  })

  it('is complete with the last piece, and says which peer gave which', () => {
    const download = offered(1, 2)
    download.next(0)
    for (const [peer, piece] of [
      [2, 3],
      [1, 0],
      [2, 1],
    ] as const) {
      give(download, { peer, piece })
    }
    expect(download.complete).toBeUndefined()
    give(download, { peer: 1, piece: 2 })
    expect(download.complete).toEqual({ bytes: new Uint8Array(size).fill(1), contributors: [1, 2, 1, 2] })
    expect(download.next(0)).toEqual([])
    expect(download.verified()).toEqual({ culprits: [] })
    expect([download.complete, download.next(metadataRestMs)]).toEqual([undefined, []])
  })

  it.each([0, -1, 0.5, Number.NaN, metadataBytesMax + 1])('of %d bytes is refused', (bytes) => {
    const download = new MetadataDownload()
    expect(download.offer(1, bytes)).toBe(false)
    expect(download.next(0)).toEqual([])
  })

  it('of the longest size is taken', () => {
    expect(new MetadataDownload().offer(1, metadataBytesMax)).toBe(true)
  })

  it('goes to another peer when one is silent for 20 s', () => {
    const download = offered(1)
    download.next(0)
    download.offer(2, size)
    download.next(0)
    expect(download.next(metadataTimeoutMs - 1)).toEqual([])
    give(download, { peer: 2, piece: 2 })
    give(download, { peer: 2, piece: 3 })
    expect(download.next(metadataTimeoutMs)).toEqual([
      { peer: 2, piece: 0 },
      { peer: 2, piece: 1 },
    ])
  })

  it('that comes late is taken if it is still missing, and never a fault', () => {
    const download = offered(1, 2)
    download.next(0)
    for (const piece of [1, 3]) give(download, { peer: 2, piece })
    expect(download.next(metadataTimeoutMs)).toEqual([
      { peer: 2, piece: 0 },
      { peer: 2, piece: 2 },
    ])
    expect(give(download, { peer: 1, piece: 0 })).toBeUndefined()
    give(download, { peer: 2, piece: 0 })
    give(download, { peer: 2, piece: 2 })
    expect(download.complete?.contributors).toEqual([1, 2, 2, 2])
    download.verified()
    expect(give(download, { peer: 1, piece: 2 })).toBeUndefined()
  })

  it('is not asked for a minute of a peer that rejected, and meanwhile of others', () => {
    const download = offered(1)
    download.next(0)
    download.reject(1, 0, 0)
    expect(download.next(0)).toEqual([])
    download.offer(2, size)
    expect(download.next(0)).toEqual([
      { peer: 2, piece: 0 },
      { peer: 2, piece: 2 },
    ])
    give(download, { peer: 1, piece: 1 })
    expect(download.next(metadataTimeoutMs - 1)).toEqual([])
    give(download, { peer: 2, piece: 0 })
    give(download, { peer: 2, piece: 2 })
    download.left(2)
    expect(download.next(metadataRestMs - 1)).toEqual([])
    expect(download.next(metadataRestMs)).toEqual([{ peer: 1, piece: 3 }])
  })

  it('is asked of others when a peer leaves; what it gave stays', () => {
    const download = offered(1, 2)
    download.next(0)
    give(download, { peer: 1, piece: 0 })
    download.left(1)
    give(download, { peer: 2, piece: 1 })
    expect(download.next(0)).toEqual([{ peer: 2, piece: 2 }])
    download.left(2)
    download.offer(3, size)
    expect(download.next(0)).toEqual([
      { peer: 3, piece: 2 },
      { peer: 3, piece: 3 },
    ])
  })
})

describe('a peer is at fault, and not asked again,', () => {
  it.each([
    ['for a piece it was not asked for', { piece: 3 }, 'metadata_unrequested'],
    ['for a piece that does not exist', { piece: -1 }, 'metadata_unrequested'],
    ['for a total size that is not the one it announced', { totalSize: size + 1 }, 'metadata_total_size'],
    ['for data without a total size', { totalSize: undefined }, 'metadata_total_size'],
    ['for a piece that is too short', { data: new Uint8Array(metadataPieceBytes - 1) }, 'metadata_length'],
    ['for a piece that is too long', { data: new Uint8Array(metadataPieceBytes + 1) }, 'metadata_length'],
  ])('%s', (_, change, fault) => {
    const download = offered(1, 2)
    download.next(0)
    const right = { peer: 1, piece: 0, totalSize: size, data: new Uint8Array(metadataPieceBytes), at: 0 }
    expect(download.data({ ...right, ...change })).toBe(fault)
    expect(download.offer(1, size)).toBe(false)
    give(download, { peer: 2, piece: 1 })
    give(download, { peer: 2, piece: 3 })
    expect(run(download, () => 1)).toEqual([2])
    expect(download.complete?.contributors).toEqual([2, 2, 2, 2])
  })

  it('for a second answer to one request', () => {
    const download = offered(1)
    download.next(0)
    expect(give(download, { peer: 1, piece: 0 })).toBeUndefined()
    expect(give(download, { peer: 1, piece: 0 })).toBe('metadata_unrequested')
  })

  it('for giving what no peer was asked for', () => {
    expect(give(new MetadataDownload(), { peer: 1, piece: 0 })).toBe('metadata_unrequested')
  })

  it('until it leaves: its number means nothing after', () => {
    const download = offered()
    give(download, { peer: 1, piece: 0 })
    download.left(1)
    expect(download.offer(1, size)).toBe(true)
  })
})

describe('a piece that a silent peer owes', () => {
  it('is asked of all others that are free after 2 s, and the silent one for no more', () => {
    const download = new MetadataDownload()
    for (const peer of [1, 2, 3]) download.offer(peer, 100)
    expect(download.next(0)).toEqual([{ peer: 1, piece: 0 }])
    expect(download.next(metadataSilenceMs - 1)).toEqual([])
    expect(download.next(metadataSilenceMs)).toEqual([
      { peer: 2, piece: 0 },
      { peer: 3, piece: 0 },
    ])
  })
})

describe('metadata of different sizes', () => {
  const other = size - 1

  it('is fetched at all of them side by side, that of most peers first, then the smallest, and not mixed', () => {
    const download = new MetadataDownload()
    const sizes: Readonly<Record<number, number>> = { 1: size, 2: other, 3: size + 1, 4: size + 1 }
    for (const [peer, bytes] of Object.entries(sizes)) download.offer(Number(peer), bytes)
    const asked = download.next(0)
    expect([...new Set(asked.map(({ peer }) => peer))]).toEqual([3, 4, 2, 1])
    for (const request of asked) give(download, request, 1, sizes[request.peer])
    for (const request of download.next(0)) give(download, request, 1, sizes[request.peer])
    expect([3, 4]).toContain(download.complete?.contributors[0])
    expect(download.complete?.bytes).toHaveLength(size + 1)
  })

  it('is a matter of the first size a peer announces', () => {
    const download = offered(1)
    download.offer(1, other)
    run(download, () => 1)
    expect(download.complete?.bytes).toHaveLength(size)
  })

  it('is right whatever others do: each that is corrupt is passed over at once, and the next one judged', () => {
    const download = offered(1)
    for (const peer of [2, 3]) download.offer(peer, peer)
    const asked = download.next(0)
    for (const { peer, piece } of asked.filter(({ peer }) => peer !== 1)) give(download, { peer, piece }, 9, peer)
    expect([download.corrupt(), download.corrupt()]).toMatchObject([{ culprits: [2] }, { culprits: [3] }])
    for (const piece of [0, 1]) give(download, { peer: 1, piece })
    run(download, () => 1)
    expect(download.complete?.contributors).toEqual([1, 1, 1, 1])
  })

  it('does not take a late piece of another size', () => {
    const download = offered(1)
    download.next(0)
    download.offer(2, other)
    download.next(metadataTimeoutMs)
    expect(give(download, { peer: 1, piece: 0 }, 9)).toBeUndefined()
    for (const piece of [0, 1]) give(download, { peer: 2, piece }, 1, other)
    for (const request of download.next(metadataTimeoutMs)) give(download, request, 1, other)
    expect(download.complete).toEqual({ bytes: new Uint8Array(other).fill(1), contributors: [2, 2, 2, 2] })
  })

  it('goes on with what peers gave that left, of the last sizes that no peer announces any more', () => {
    const download = new MetadataDownload()
    const peers = Array.from({ length: leftCopiesMax + 1 }, (_, i) => i)
    for (const peer of peers) download.offer(peer, size + peer)
    for (const request of download.next(0)) if (request.piece === 0) give(download, request, 1, size + request.peer)
    for (const peer of peers) download.left(peer)
    for (const peer of peers) download.offer(100 + peer, size + peer)
    const asked = download.next(0)
    const first = peers.map((peer) => asked.find((one) => one.peer === 100 + peer)?.piece)
    expect(first).toEqual(peers.map((peer) => (peer === 0 ? 0 : 1)))
  })
})

describe('corrupt metadata', () => {
  it('is to be blamed on its one giver at once', () => {
    const download = offered(1)
    run(download, () => 9)
    expect(download.corrupt()).toEqual({ culprits: [1], suspects: [] })
    expect([download.complete, download.next(metadataRestMs)]).toEqual([undefined, []])
    expect(download.offer(1, size)).toBe(false)
    download.offer(2, size)
    run(download, () => 1)
    expect(download.verified()).toEqual({ culprits: [] })
  })

  it('is to be blamed on no peer when several gave it, and then fetched from each alone, side by side, suspects last', () => {
    const download = offered(1, 2)
    run(download, ({ peer }) => (peer === 1 ? 9 : 1))
    expect(download.corrupt()).toEqual({ culprits: [], suspects: [1, 2] })
    download.offer(3, size)
    expect(run(download, ({ peer }) => (peer === 2 ? 1 : 9))).toEqual([3, 1, 2])
    expect(download.corrupt()).toEqual({ culprits: [3], suspects: [] })
    expect(download.corrupt()).toEqual({ culprits: [1], suspects: [] })
    expect(download.complete?.contributors).toEqual([2, 2, 2, 2])
    expect(download.verified()).toEqual({ culprits: [] })
  })

  it('is to be blamed on the peers with pieces that differ once a copy verifies, also on those that left', () => {
    const download = offered(1, 2, 3)
    run(download, ({ peer }) => (peer === 2 ? 1 : 9))
    expect(download.corrupt().suspects).toEqual([1, 2, 3])
    download.left(1)
    download.offer(4, size)
    expect(run(download, () => 1)).toEqual([4, 2, 3])
    expect(download.verified()).toEqual({ culprits: [1, 3] })
  })

  it('is to be blamed on a suspect that gives the true copy itself the second time', () => {
    const download = offered(1, 2)
    run(download, ({ peer }) => (peer === 1 ? 9 : 1))
    download.corrupt()
    expect(run(download, () => 1)).toEqual([1, 2])
    expect(download.verified()).toEqual({ culprits: [1] })
  })

  it('is fetched of a few alone at a time, quick ones first, and of twice as many as are late or were corrupt', () => {
    const peers = Array.from({ length: 20 }, (_, i) => i)
    const download = new MetadataDownload()
    const long = peers.length * metadataPieceBytes
    for (const peer of peers) download.offer(peer, long)
    const asked = download.next(0).filter(({ piece }) => piece < peers.length)
    for (const request of asked.toReversed()) give(download, request, 9, long, 100 - request.peer)
    expect(download.corrupt().suspects).toHaveLength(peers.length)
    const begin = (at: number) => new Set(download.next(at).map(({ peer }) => peer))
    expect(begin(100)).toEqual(new Set([19, 18, 17, 16]))
    expect(begin(2_000)).toEqual(new Set())
    expect(begin(2_350)).toEqual(new Set([15, 14, 13, 12, 11, 10, 9, 8, 7, 6]))
  })

  it('takes no late piece of one peer into the copy of another', () => {
    const download = offered(1)
    download.next(0)
    download.offer(2, size)
    download.offer(3, size)
    run(download, () => 9, metadataTimeoutMs)
    expect(download.corrupt().suspects).toEqual([2, 3])
    expect(download.next(metadataTimeoutMs).map(({ peer }) => peer)).toEqual([2, 3, 2, 3].sort())
    expect(give(download, { peer: 1, piece: 0 }, 9)).toBeUndefined()
    for (const piece of [0, 1]) give(download, { peer: 2, piece })
    run(download, () => 1, metadataTimeoutMs)
    expect(download.complete).toEqual({ bytes: new Uint8Array(size).fill(1), contributors: [2, 2, 2, 2] })
  })

  it('goes to the next peer alone when one rejects', () => {
    const download = offered(1, 2)
    run(download, () => 9)
    download.corrupt()
    for (const { peer, piece } of download.next(0)) {
      if (peer === 1) download.reject(peer, piece, 0)
      else give(download, { peer, piece })
    }
    run(download, () => 1)
    expect(download.complete?.contributors).toEqual([2, 2, 2, 2])
  })

  it('is fetched of all at once again when all peers of its size have gone', () => {
    const download = offered(1, 2)
    run(download, () => 9)
    download.corrupt()
    for (const peer of [1, 2]) download.left(peer)
    for (const peer of [3, 4]) download.offer(peer, size)
    expect(run(download, () => 1)).toEqual([3, 4])
  })

  it('at one size says nothing about those that gave it at another', () => {
    const download = offered(1, 2)
    run(download, () => 9)
    expect(download.corrupt().suspects).toEqual([1, 2])
    download.left(1)
    download.left(2)
    download.offer(3, size - 1)
    for (let requests = download.next(0); requests.length > 0; requests = download.next(0)) {
      for (const request of requests) give(download, request, 1, size - 1)
    }
    expect(download.verified()).toEqual({ culprits: [] })
  })
})

it('a verdict without complete metadata is misuse', () => {
  expect(() => new MetadataDownload().verified()).toThrow('no metadata is complete')
  expect(() => new MetadataDownload().corrupt()).toThrow('no metadata is complete')
})
