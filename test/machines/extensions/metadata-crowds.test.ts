import { describe, expect, it } from 'vitest'
import { MetadataDownload, type MetadataRequest } from '../../../machines/extensions/metadata-download.ts'
import { attemptsBytesMax } from '../../../machines/extensions/metadata-room.ts'
import { firstTermMs } from '../../../machines/extensions/metadata-seat.ts'
import { metadataPieceBytes, metadataPieceLength } from '../../../transport/wire/extended/metadata-pieces.ts'
import { firstOf, longTest } from '../../in-full.ts'

const MiB = 2 ** 20
const four = [10 * MiB - 1, 10 * MiB - 2, 10 * MiB - 3, 10 * MiB - 4]
const fifty = Array.from({ length: 50 }, (_, i) => (i + 7) * 90_000)
const honest = 1_000
const bytes = new Uint8Array(metadataPieceBytes)

/** A download, the peers of which claim sizes and give what they are asked for. */
function crowdOf(sizes: readonly number[]) {
  const download = new MetadataDownload()
  const known = new Map(sizes.entries())
  for (const [peer, size] of known) download.offer(peer, size)
  let given = 0
  const pieces = new Set<string>()
  const give = ({ peer, piece }: MetadataRequest, at: number) => {
    const totalSize = known.get(peer) ?? 0
    const data = bytes.subarray(0, metadataPieceLength(totalSize, piece))
    // An `expect` for each of some hundred thousand pieces takes as long as the download.
    const fault = download.data({ at, peer, piece, totalSize, data })
    if (fault !== undefined) expect.fail(`piece ${piece} of peer ${peer}: ${fault}`)
    given++
    pieces.add(`${peer} ${piece}`)
  }
  const isLast = ({ peer, piece }: MetadataRequest) =>
    peer !== honest && (piece + 1) * metadataPieceBytes >= (known.get(peer) ?? 0)
  return {
    download,
    give,
    get given() {
      return given
    },
    /** Pieces given that had been given before. */
    get again() {
      return given - pieces.size
    },
    offer(peer: number, size: number) {
      known.set(peer, size)
      download.offer(peer, size)
    },
    /** All give at once what they are asked for, but for one piece of those that are asked for it last. */
    fill(at: number) {
      for (let requests = download.next(at); requests.length > 0; requests = download.next(at)) {
        if (given >= 10_000) expect.fail('it goes on for ever')
        for (const request of requests) if (!isLast(request)) give(request, at)
      }
    },
    /**
     * Each peer gives a piece each `everyMs`, as far as it is asked, until the metadata of one is whole; all but the honest one
     * keep the last piece to themselves. Answers when, and which peer gave it; undefined when `untilMs` is over.
     */
    drip(everyMs: (peer: number) => number, untilMs: number, fromMs = 0) {
      const owed = new Map([...known.keys()].map((peer): [number, MetadataRequest[]] => [peer, []]))
      for (let at = fromMs; at < untilMs; at += 25) {
        for (const [peer, requests] of owed) {
          const request = at % everyMs(peer) === 0 ? requests.shift() : undefined
          if (request) give(request, at)
        }
        if (download.complete) return { at, giver: download.complete.contributors[0] }
        for (const request of download.next(at)) if (!isLast(request)) owed.get(request.peer)?.push(request)
      }
      return undefined
    },
  }
}

describe('beside peers that use up all memory with metadata of other sizes', () => {
  it('no more than that is asked for but by those seated', () => {
    const crowd = crowdOf([10 * MiB, 10 * MiB - 1, 10 * MiB - 2, 10 * MiB - 3])
    crowd.fill(0)
    const most = attemptsBytesMax / metadataPieceBytes
    expect(crowd.given).toBeGreaterThanOrEqual(most)
    // What those have that are seated is taken from the others, once.
    expect(crowd.given).toBeLessThan(most + (10 * MiB) / metadataPieceBytes)
  })

  it.each(
    firstOf<[string, readonly number[], number]>(1, [
      ['10, 10, 10 and 2 MiB, metadata of 200 KiB', [10 * MiB, 10 * MiB - 1, 10 * MiB - 2, 2 * MiB], 200_000],
      ['10, 10, 10 and 2 MiB, metadata of 5 MiB', [10 * MiB, 10 * MiB - 1, 10 * MiB - 2, 2 * MiB], 5 * MiB],
      ['50 sizes, metadata of 400 KiB', Array.from({ length: 50 }, (_, i) => 4 * MiB - i), 400 * 1024],
      ['50 shorter and longer sizes, metadata of 400 KiB', fifty, 400 * 1024],
    ]),
  )('%s is asked for as if it were alone', (_, sizes, size) => {
    const crowd = crowdOf(sizes)
    crowd.fill(0)
    crowd.offer(honest, size)
    const before = crowd.given
    crowd.fill(0)
    expect(new Set(crowd.download.complete?.contributors)).toEqual(new Set([honest]))
    expect(crowd.given - before).toBe(Math.ceil(size / metadataPieceBytes))
  })

  longTest('what no longer has room is forgotten, and asked for again when it has', () => {
    const crowd = crowdOf(four)
    crowd.fill(0)
    const before = crowd.again
    crowd.offer(honest, 6 * MiB)
    for (let i = 0; i < 100; i++) for (const request of crowd.download.next(0)) crowd.give(request, 0)
    expect(crowd.again).toBe(before)
    crowd.download.left(honest)
    for (let at = 0; at < 40_000; at += firstTermMs) crowd.fill(at)
    expect(crowd.again).toBeGreaterThan(before + 100)
  })

  longTest(
    'what peers gave that are gone is forgotten first, also before what one gave that is silent for longer',
    () => {
      const crowd = crowdOf([])
      crowd.offer(honest, 4 * MiB)
      let owed = crowd.download.next(0)
      for (let i = 0; i < 100; i++) {
        for (const request of owed) crowd.give(request, 0)
        owed = crowd.download.next(0)
      }
      for (const [peer, size] of four.slice(1).entries()) crowd.offer(peer, size)
      crowd.fill(1_000)
      const before = crowd.again
      crowd.download.left(0)
      crowd.offer(4, 3 * MiB)
      for (let i = 0; i < 100; i++) {
        for (const request of crowd.download.next(3_500))
          if (request.peer === 4 && request.piece < 191) crowd.give(request, 3_500)
      }
      for (; !crowd.download.complete; owed = crowd.download.next(3_500)) {
        for (const request of owed) if (request.peer === honest) crowd.give(request, 3_500)
      }
      expect([crowd.again, new Set(crowd.download.complete.contributors)]).toEqual([before, new Set([honest])])
    },
  )

  longTest('those that hold little have no seat', () => {
    const crowd = crowdOf(four)
    crowd.fill(0)
    for (let i = 10; i < 30; i++) crowd.offer(i, 300_000 + i)
    crowd.offer(honest, 7 * MiB)
    expect(crowd.drip((peer) => (peer === honest ? 25 : 1_900), 22_000)?.giver).toBe(honest)
  })

  it.each(
    firstOf<[string, readonly number[], number, number, number, number]>(1, [
      ['1.2 MB, more than its share, waits for a seat', fifty, 1_200_000, 25, 1_900, 6_000],
      ['10 MiB, more than its share, comes', four, 10 * MiB, 25, 1_900, 60_000],
      ['10 MiB comes slowly from a slow peer, as its terms grow longer', four, 10 * MiB, 500, 500, 3_000_000],
    ]),
  )('metadata of %s', (_, sizes, size, everyMs, otherMs, untilMs) => {
    const crowd = crowdOf(sizes)
    crowd.fill(0)
    crowd.offer(honest, size)
    const whole = crowd.drip((peer) => (peer === honest ? everyMs : otherMs), untilMs)
    expect(whole?.giver).toBe(honest)
  })

  longTest('metadata that comes late waits for no term that has grown long', () => {
    const crowd = crowdOf(four)
    crowd.fill(0)
    expect(crowd.drip(() => 1_900, 600_000)).toBeUndefined()
    crowd.offer(honest, 7 * MiB)
    // 448 pieces, and a term.
    expect(crowd.drip((peer) => (peer === honest ? 25 : 1_900), 615_000, 600_000)?.giver).toBe(honest)
  })
})
