import type { SnapshotFrom } from 'xstate'
import { delays, limits } from '../../machines/peer/vocabulary/delays.ts'
import type { PeerModel, PeerModelEvent } from '../../testing/peer/model.ts'
import type { BlockStart } from '../../transport/wire/messages.ts'
import { everything, layout } from '../pair.ts'

/** A block by its place: `3/16384`. */
const placeOf = ({ index, begin }: BlockStart): string => `${index}/${begin}`
const pieceOf = (place: string): number => Number.parseInt(place, 10)

const shownSet = (pieces: Iterable<number>): string => [...pieces].sort((one, other) => one - other).join(' ')

const piecesOf = (bits: Uint8Array): number[] =>
  Array.from({ length: layout.pieceCount }, (_, index) => index).filter(
    (index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0,
  )

/** Strikes the first of these off the list; false: it is none of them. */
function strike(places: string[], place: string): boolean {
  const at = places.indexOf(place)
  if (at >= 0) places.splice(at, 1)
  return at >= 0
}

/**
 * One side of an open connection by BEP 3 and BEP 6, in plain lists and without the chart: from what its torrent wishes and what it hears
 * follows what it knows, and what it says. It has no opinion of extensions, suggestions and keep-alives.
 */
export class Reference {
  /** What it has said and the other side has not heard. */
  readonly said: string[]
  /** What it heard and was not due. */
  readonly faults: string[] = []
  readonly #isFast: boolean
  readonly #due: (() => string[]) | undefined
  #amChoking = true
  #amInterested = false
  #peerChoking = true
  #peerInterested = false
  #pieces = new Set<number>()
  /** What it waits for, oldest first. */
  #asked: { readonly place: string; readonly at: number }[] = []
  /** What it gave up: an answer may come all the same. */
  readonly #dropped: string[] = []
  #owes: string[] = []
  readonly #granted = new Set<number>()
  #grantedBlocks = 0
  readonly #allowed = new Set<number>()
  #lastBlockAt = 0
  #chokedAt = 0
  #now = 0

  /** `due`: what the other side has said; without it any message may come. */
  constructor(isFast: boolean, have: Uint8Array, due?: () => string[]) {
    this.#isFast = isFast
    this.#due = due
    this.said = [`has ${shownSet(piecesOf(have))}`]
  }

  /** What its peer is told, by its torrent, the other side or time. */
  take(event: PeerModelEvent): void {
    switch (event.type) {
      case 'torrent.choke':
        if (!this.#amChoking) this.said.push('choke')
        this.#amChoking = true
        for (const place of this.#owes.filter((owed) => !this.#granted.has(pieceOf(owed)))) this.#refuse(place)
        return
      case 'torrent.unchoke':
        if (this.#amChoking) this.said.push('unchoke')
        this.#amChoking = false
        return
      case 'torrent.interested':
        if (!this.#amInterested) this.said.push('interested')
        this.#amInterested = true
        return
      case 'torrent.not_interested':
        if (this.#amInterested) this.said.push('not_interested')
        this.#amInterested = false
        return
      case 'torrent.have':
        this.said.push(`have ${event.index}`)
        return
      case 'torrent.allow_fast':
        if (!this.#isFast || this.#granted.has(event.index)) return
        this.#granted.add(event.index)
        this.said.push(`allowed_fast ${event.index}`)
        return
      case 'torrent.request':
        if (this.#peerChoking && !event.requests.every(({ index }) => this.#allowed.has(index))) return
        this.#asked.push(...event.requests.map((request) => ({ place: placeOf(request), at: event.at })))
        this.said.push(...event.requests.map((request) => `request ${placeOf(request)}`))
        return
      case 'torrent.cancel': {
        const places = event.requests.map(placeOf)
        for (const place of this.#drop(({ place }) => places.includes(place))) this.said.push(`cancel ${place}`)
        return
      }
      case 'torrent.piece':
        for (const place of event.blocks.map(placeOf)) if (strike(this.#owes, place)) this.said.push(`piece ${place}`)
        return
      case 'torrent.reject':
        for (const place of event.requests.map(placeOf)) this.#refuse(place)
        return
      case 'wire.choke':
        this.#hear('choke')
        if (!this.#peerChoking) this.#chokedAt = this.#now
        this.#peerChoking = true
        if (!this.#isFast) this.#drop(() => true)
        return
      case 'wire.unchoke':
        this.#hear('unchoke')
        this.#peerChoking = false
        return
      case 'wire.interested':
        this.#hear('interested')
        this.#peerInterested = true
        return
      case 'wire.not_interested':
        this.#hear('not_interested')
        this.#peerInterested = false
        return
      case 'wire.bitfield':
        this.#hearOf(piecesOf(event.bits))
        return
      case 'wire.have_all':
        this.#hearOf(piecesOf(everything))
        return
      case 'wire.have_none':
        this.#hearOf([])
        return
      case 'wire.have':
        this.#hear(`have ${event.index}`)
        this.#pieces.add(event.index)
        return
      case 'wire.allowed_fast':
        this.#hear(`allowed_fast ${event.index}`)
        this.#allowed.add(event.index)
        return
      case 'wire.request':
        for (const place of event.requests.map(placeOf)) this.#beAsked(place)
        return
      case 'wire.cancel':
        // What is being read is answered by its block.
        for (const request of event.requests) this.#hear(`cancel ${placeOf(request)}`)
        return
      case 'wire.piece':
        for (const place of event.blocks.map(placeOf)) this.#hear(`piece ${place}`)
        this.#beGiven(event.blocks.map(placeOf))
        this.#lastBlockAt = event.at
        return
      case 'wire.reject_request':
        for (const place of event.requests.map(placeOf)) {
          this.#hear(`reject ${place}`)
          if (this.#beRejected(place) && this.#peerChoking) this.#allowed.delete(pieceOf(place))
        }
        return
      case 'timer.tick':
        this.#now = event.at
        this.#loseHope()
    }
  }

  /** In what the peer differs from it. */
  faultsOf({ value, context }: SnapshotFrom<PeerModel>): string[] {
    const facts: readonly (readonly [string, unknown, unknown])[] = [
      ['am_choking', value.am_choking === 'choking', this.#amChoking],
      ['am_interested', value.am_interested === 'interested', this.#amInterested],
      ['peer_choking', value.peer_choking === 'choking', this.#peerChoking],
      ['peer_interested', value.peer_interested === 'interested', this.#peerInterested],
      ['pieces', shownSet(context.pieces.indexes()), shownSet(this.#pieces)],
      ['outstanding', context.outstanding.map(placeOf).join(' '), this.#asked.map(({ place }) => place).join(' ')],
      ['owes', [...context.serving, ...context.queued].map(placeOf).join(' '), this.#owes.join(' ')],
      ['granted', shownSet(context.granted), shownSet(this.#granted)],
      ['allowedFast', shownSet(context.allowedFast), shownSet(this.#allowed)],
    ]
    const differing = facts.filter(([, real, due]) => real !== due)
    return [...this.faults, ...differing.map(([name, real, due]) => `${name} is "${real}", and by the BEPs "${due}"`)]
  }

  #hear(word: string): void {
    const due = this.#due?.()
    if (due === undefined) return
    const next = due.shift() ?? 'nothing'
    if (next !== word) this.faults.push(`heard "${word}", and by the BEPs "${next}" was due`)
  }

  #hearOf(pieces: readonly number[]): void {
    this.#hear(`has ${shownSet(pieces)}`)
    this.#pieces = new Set(pieces)
  }

  /** While it chokes, what it allowed fast is given all the same, a few times over. */
  #beAsked(place: string): void {
    this.#hear(`request ${place}`)
    const roundsOver = this.#grantedBlocks >= limits.grantedRounds * this.#granted.size * layout.blocksPerPiece
    const isGranted = this.#granted.has(pieceOf(place)) && !roundsOver
    if (!this.#amChoking || isGranted) this.#owes.push(place)
    else if (this.#isFast) this.said.push(`reject ${place}`)
    if (this.#amChoking && isGranted) this.#grantedBlocks++
  }

  #refuse(place: string): void {
    if (strike(this.#owes, place) && this.#isFast) this.said.push(`reject ${place}`)
  }

  /**
   * A block that it waits for, and had given up before, answers the first request: the second is taken back. Without Fast the first may have
   * been dropped, and the block answers both.
   */
  #beGiven(places: readonly string[]): void {
    const awaited = places.filter((place) => {
      const isAwaited = this.#strikeAsked(place)
      if (!isAwaited && !strike(this.#dropped, place)) this.faults.push(`${place} was given, and not asked for`)
      return isAwaited
    })
    for (const place of awaited) {
      if (!this.#isFast) strike(this.#dropped, place)
      else if (this.#dropped.includes(place)) this.said.push(`cancel ${place}`)
    }
  }

  /**
   * Whether it waited for the answer. What it gave up and asked for again is rejected in that order; but behind a choke all is rejected, also
   * where no cancel was answered.
   */
  #beRejected(place: string): boolean {
    const isByChoke = this.#peerChoking && !this.#allowed.has(pieceOf(place))
    if (isByChoke && this.#strikeAsked(place)) return true
    if (strike(this.#dropped, place)) return false
    if (this.#strikeAsked(place)) return true
    this.faults.push(`${place} was rejected, and not asked for`)
    return false
  }

  #strikeAsked(place: string): boolean {
    const nth = this.#asked.findIndex((asked) => asked.place === place)
    if (nth >= 0) this.#asked.splice(nth, 1)
    return nth >= 0
  }

  #drop(isDropped: (asked: { readonly place: string; readonly at: number }) => boolean): string[] {
    const places = this.#asked.filter(isDropped).map(({ place }) => place)
    this.#asked = this.#asked.filter((asked) => !isDropped(asked))
    this.#dropped.push(...places)
    return places
  }

  /** What has not been answered for too long is given up: behind a choke in silence, else by a cancel. */
  #loseHope(): void {
    const [oldest] = this.#asked
    const isOverdue = oldest && this.#now - Math.max(oldest.at, this.#lastBlockAt) >= delays.requestMs
    if (this.#peerChoking && this.#now - this.#chokedAt >= delays.chokedAnswerMs)
      this.#drop(({ place }) => !this.#allowed.has(pieceOf(place)))
    if (isOverdue) for (const place of this.#drop(() => true)) this.said.push(`cancel ${place}`)
  }
}
