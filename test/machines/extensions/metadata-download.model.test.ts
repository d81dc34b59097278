import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  MetadataDownload,
  type MetadataGiven,
  type MetadataRequest,
} from '../../../machines/extensions/metadata-download.ts'
import { metadataDepth, metadataRestMs, metadataTimeoutMs } from '../../../machines/extensions/metadata-source.ts'
import { metadataPieceBytes, metadataPieceLength } from '../../../transport/wire/extended/metadata-pieces.ts'
import { runs } from '../../in-full.ts'
import { seededRandom } from '../torrent/random.ts'

/**
 * What peers are like. The first five are honest: at worst slow, busy for a while, gone halfway, or not to be asked for a while. It is
 * not known what one that lies does next; those that only give nothing are not proven to lie.
 */
const kinds = [
  'honest',
  'slow',
  'busy',
  'leaver',
  'withdrawer',
  'silent',
  'rejecter',
  'corrupt',
  'sometimes_corrupt',
  'dripping',
  'wrong_length',
  'wrong_total',
  'unrequested',
] as const
type Kind = (typeof kinds)[number]
const honest: readonly Kind[] = ['honest', 'slow', 'busy', 'leaver', 'withdrawer']

interface Peer {
  readonly peer: number
  readonly kind: Kind
  readonly size: number
  readonly outstanding: Map<number, number>
  rejectedAt: number
  rejects: number
  isGone: boolean
  isWithdrawn: boolean
}

/** A swarm of peers around one download, in virtual time; every answer is an event at a time of its own. */
class Model {
  readonly download = new MetadataDownload()
  readonly random: () => number
  readonly truth: Uint8Array
  readonly peers: Peer[]
  readonly events: { readonly at: number; readonly run: () => void }[] = []
  at = 0
  isOver = false

  constructor(seed: number, pieces: number, liars: readonly { readonly kind: Kind; readonly lies: number }[]) {
    this.random = seededRandom(seed)
    this.truth = Uint8Array.from({ length: pieces * metadataPieceBytes - 7 }, (_, i) => (i >>> 10) & 0xff)
    this.peers = [{ kind: 'honest' as const, lies: 0 }, ...liars].map(({ kind, lies }, peer) => ({
      peer,
      kind,
      size: this.truth.length + (honest.includes(kind) ? 0 : lies * 10_000),
      outstanding: new Map(),
      rejectedAt: Number.NEGATIVE_INFINITY,
      rejects: 0,
      isGone: false,
      isWithdrawn: false,
    }))
    for (const peer of this.peers) this.later(this.random() * 1000, () => this.offer(peer))
  }

  later(delayMs: number, run: () => void): void {
    this.events.push({ at: this.at + delayMs, run })
    this.events.sort((a, b) => a.at - b.at)
  }

  offer(peer: Peer): void {
    expect(this.download.offer(peer.peer, peer.size)).toBe(true)
    peer.isWithdrawn = false
    if (peer.kind === 'withdrawer') this.later(this.random() * 1_000, () => this.withdraw(peer))
    if (peer.kind === 'leaver') this.later(this.random() * 30_000, () => this.leave(peer))
    if (peer.kind === 'unrequested')
      this.later(this.random() * 30_000, () => this.give(peer, { peer: peer.peer, piece: 0 }))
  }

  /** It still answers what it was asked, and may be asked again later. */
  withdraw(peer: Peer): void {
    peer.isWithdrawn = true
    peer.outstanding.clear()
    this.download.withdrew(peer.peer)
    this.later(this.random() * 30_000, () => this.offer(peer))
  }

  leave(peer: Peer): void {
    peer.isGone = true
    this.download.left(peer.peer)
  }

  blame(numbers: readonly number[]): void {
    for (const number of numbers) {
      const { kind } = this.peers[number] as Peer
      expect(honest).not.toContain(kind)
    }
  }

  asked(request: MetadataRequest): void {
    const peer = this.peers[request.peer] as Peer
    expect(peer.isGone || peer.isWithdrawn).toBe(false)
    expect(this.at - peer.rejectedAt).toBeGreaterThanOrEqual(metadataRestMs)
    expect(request.piece).toBeLessThan(Math.ceil(peer.size / metadataPieceBytes))
    for (const [piece, at] of peer.outstanding) if (this.at - at >= metadataTimeoutMs) peer.outstanding.delete(piece)
    expect(peer.outstanding.has(request.piece)).toBe(false)
    peer.outstanding.set(request.piece, this.at)
    expect(peer.outstanding.size).toBeLessThanOrEqual(metadataDepth)
    if (peer.kind === 'silent') return
    const rejects = peer.kind === 'rejecter' || (peer.kind === 'busy' && peer.rejects < 3)
    this.later(this.delayOf(peer), () => (rejects ? this.reject(peer, request) : this.give(peer, request)))
  }

  delayOf({ kind }: Peer): number {
    if (kind === 'slow') return this.random() * 2 * metadataTimeoutMs
    return kind === 'dripping' ? metadataTimeoutMs - 1 : 10 + this.random() * 500
  }

  reject(peer: Peer, { piece }: MetadataRequest): void {
    if (peer.isGone) return
    peer.rejects++
    peer.rejectedAt = this.at
    peer.outstanding.delete(piece)
    this.download.reject(peer.peer, piece, this.at)
  }

  give(peer: Peer, { piece }: MetadataRequest): void {
    if (peer.isGone) return
    peer.outstanding.delete(piece)
    const fault = this.download.data(this.answerOf(peer, piece))
    if (fault === undefined) return
    this.blame([peer.peer])
    this.leave(peer)
  }

  answerOf({ peer, kind, size }: Peer, piece: number): MetadataGiven {
    const length = metadataPieceLength(size, piece) - (kind === 'wrong_length' ? 1 : 0)
    const data = new Uint8Array(length)
    data.set(this.truth.subarray(piece * metadataPieceBytes, piece * metadataPieceBytes + length))
    const lies = kind === 'corrupt' || kind === 'dripping' || (kind === 'sometimes_corrupt' && this.random() < 0.3)
    if (lies) data[0] = (data[0] ?? 0) ^ 0xff
    return { at: this.at, peer, piece, totalSize: kind === 'wrong_total' ? size + 1 : size, data }
  }

  judge(bytes: Uint8Array): void {
    this.isOver = Buffer.compare(bytes, this.truth) === 0
    this.blame(this.isOver ? this.download.verified().culprits : this.download.corrupt().culprits)
  }

  /** Runs until the metadata is verified, or `untilMs`. */
  run(untilMs: number): void {
    while (!this.isOver && this.at < untilMs) {
      for (const request of this.download.next(this.at)) this.asked(request)
      const event = this.events[0]
      if (event && event.at <= this.at + 5000) {
        this.events.shift()
        this.at = event.at
        event.run()
      } else {
        this.at += 5000
      }
      if (this.download.complete) this.judge(this.download.complete.bytes)
    }
  }
}

it('metadata comes true and no honest peer is blamed, whatever other peers there are, while one honest peer stays', () => {
  const others = fc.array(fc.record({ kind: fc.constantFrom(...kinds), lies: fc.nat(2) }), { maxLength: 8 })
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), others, (seed, pieces, liars) => {
      const model = new Model(seed, pieces, liars)
      model.run(6 * 3_600_000)
      expect(model.isOver).toBe(true)
    }),
    { numRuns: runs(15, 60), seed: 9 },
  )
})
