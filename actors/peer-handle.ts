import type { Actor } from 'xstate'
import { explain } from '../machines/explain/explain.ts'
import type { Explanation } from '../machines/explain/reasons.ts'
import type { Layout } from '../machines/layout.ts'
import { isConnecting } from '../machines/peer/peer-view.ts'
import type { peerMachine } from '../machines/peer/regions/peer.ts'
import * as selectors from '../machines/peer/selectors.ts'
import { unknownLayout } from '../machines/peer/vocabulary/context.ts'
import { limits } from '../machines/peer/vocabulary/delays.ts'
import type { PeerNews, TorrentCommand } from '../machines/peer/vocabulary/events.ts'
import type { Evidence } from '../machines/peer/vocabulary/evidence.ts'
import type { TransportRef } from '../machines/peer/vocabulary/transport-commands.ts'
import { PieceSet } from '../machines/piece-set.ts'
import { type RateLimits, requireLimits } from '../transport/bandwidth/bandwidth.ts'
import type { HandConnection } from '../transport/by-hand.ts'
import type { Clock } from '../transport/clock.ts'
import { requireBytes } from '../transport/require.ts'
import { requireListener } from './listeners.ts'
import type { Admission, NewPeerTorrent, PeerProtocol, PeerTorrent, ProtocolStage } from './peer-admission.ts'
import type { Ticker } from './ticker.ts'
import type { Torrent } from './torrent.ts'

/** How much is brought at once, as a socket reads: what stands behind the handshake in one read is held, 512 KiB at most. */
const readBytesMax = 256 * 1024

/** What a handle is made from. */
export interface PeerHandleParts {
  readonly actor: Actor<typeof peerMachine>
  readonly admission: Admission
  readonly clock: Clock
  /** What serves the peer's transport. */
  readonly ticker: Ticker
  /** Its connection, if that is driven by hand. */
  readonly hand: HandConnection | undefined
}

/**
 * What `createPeer` gives. It looks at the snapshot and sends events, no more. After the connection has ended its questions tell
 * how it ended, and its wishes change nothing, unless they say that they throw.
 */
export class PeerHandle {
  readonly actor: Actor<typeof peerMachine>
  readonly #admission: Admission
  readonly #clock: Clock
  readonly #ticker: Ticker
  readonly #hand: HandConnection | undefined

  constructor({ actor, admission, clock, ticker, hand }: PeerHandleParts) {
    this.actor = actor
    this.#admission = admission
    this.#clock = clock
    this.#ticker = ticker
    this.#hand = hand
  }

  /** Which address it has: an IP literal, or the host name that was dialled. */
  get ip(): string {
    return this.#context.link.address.host
  }

  /** The remote's port on this connection. When it dialled us, that is not where it listens. */
  get port(): number {
    return this.#context.link.address.port
  }

  /** The actor that carries its bytes, and takes `send.` and `link.` events. Which kind it is: `context.link.kind`. */
  get transport(): TransportRef {
    return this.#context.transport
  }

  /** Which torrent it belongs to; undefined until an incoming one has been told by `setTorrent`. */
  get torrent(): PeerTorrent | undefined {
    return this.#admission.torrent
  }

  /**
   * Tells an incoming peer made without a torrent which one it belongs to, once `peer.identified` has said which it names: the
   * handshake is answered, and messages may flow if the protocol is `full`. A torrent of `createTorrent`, on the same clock, adopts
   * it altogether: it admits the peer or closes it, trades with it as with its own, and takes it along when its actor ends. The
   * peer waits 10 s for that word, then ends as `timeout.handshake`. Throws a RangeError for values no torrent can have, and an Error
   * when the peer has named none yet, or another one, belongs to one already, or has ended.
   */
  setTorrent(torrent: NewPeerTorrent | Torrent): void {
    this.#admission.setTorrent(torrent)
  }

  /** What both sides have agreed to speak so far. */
  get protocol(): PeerProtocol {
    return this.#admission.protocol
  }

  /**
   * Lets a peer made with `protocol: 'handshake'` go on to messages, at once or as soon as the handshake is done. What the remote
   * has sent behind its handshake is processed now, to the byte; at most 512 KiB of it are held. Until then it waits as
   * long as a handshake may take: 10 s. Throws an Error when the protocol is `full` already, or the connection
   * has ended; there is no way back to `handshake`.
   */
  setProtocol(protocol: ProtocolStage): void {
    this.#admission.setProtocol(protocol)
  }

  /** The bytes travel by RC4 (MSE/PE). */
  get isEncrypted(): boolean {
    return selectors.isEncrypted(this.#view)
  }

  /** It has every piece, however that became known. */
  get isSeeder(): boolean {
    return selectors.isSeeder(this.#view)
  }

  /** What PEX says of it: a sum of `pexFlags` (BEP 11). */
  get flags(): number {
    return selectors.flags(this.#view)
  }

  /** What it has: every piece, nothing, or a bitfield (high bit first, BEP 3), a copy. `none` until it has said something. */
  get bitfieldStatus(): 'all' | 'none' | Uint8Array {
    return selectors.bitfieldStatus(this.#view)
  }

  /**
   * Notes what it has, known by other ways than its messages: each `have` that follows adds to it. What the peer itself says
   * first, should that still come, replaces it. Throws a RangeError unless the bits fit the torrent, and an Error while the torrent
   * is not known.
   */
  setBitfieldStatus(status: 'all' | 'none' | Uint8Array): void {
    const { pieceCount } = this.#knownLayout('what the peer has cannot be set')
    const pieces = piecesOf(status, pieceCount)
    if (!pieces) throw new RangeError(`the bitfield does not fit a torrent of ${pieceCount} pieces`)
    this.#wish({ type: 'torrent.note_pieces', pieces })
  }

  /** Payload that we asked for, bytes a second over the last ten seconds. */
  get rateDown(): number {
    return selectors.rateDown(this.#view)
  }

  /** Payload that we sent, bytes a second over the last ten seconds. */
  get rateUp(): number {
    return selectors.rateUp(this.#view)
  }

  /** Why nothing flows right now, each way: which region holds it up, since when, and which event would free it. */
  explain(): Explanation {
    return explain(this.actor)
  }

  /**
   * Limits this connection alone, in bytes a second on the wire; limits it shares hold as well. A direction that is not named keeps
   * its limit, undefined lifts it. Throws a RangeError for a limit that is not above 0.
   */
  setLimits(limits: RateLimits): void {
    requireLimits(limits)
    this.#bring({ type: 'link.set_limits', limits })
  }

  /** Starts at 100 and changes by `reputationRules`: +1 for a verified piece, −20 for a corrupt one; no upper cap. Out at 50 or below. */
  get reputation(): number {
    return selectors.reputation(this.#view)
  }

  /** What its reputation rests on: the last 50 changes, oldest first, those of earlier connections of its address included. */
  get evidence(): readonly Evidence[] {
    return selectors.evidence(this.#view)
  }

  /** Adds to the reputation; at 50 or below the connection ends as `local.banned`. Throws a RangeError unless it is an integer. */
  adjustReputation(delta: number): void {
    if (!Number.isSafeInteger(delta)) throw new RangeError(`a reputation changes by an integer, not by ${delta}`)
    this.#wish({ type: 'torrent.adjust_reputation', delta })
  }

  /** We choke it (BEP 3). */
  get amChoking(): boolean {
    return selectors.amChoking(this.#view)
  }

  /** We told it that it has what we want. */
  get amInterested(): boolean {
    return selectors.amInterested(this.#view)
  }

  /** It chokes us. */
  get peerChoking(): boolean {
    return selectors.peerChoking(this.#view)
  }

  /** It told us that we have what it wants. */
  get peerInterested(): boolean {
    return selectors.peerInterested(this.#view)
  }

  /** Requests of ours on their way: sent, and neither answered, rejected, cancelled nor timed out. */
  get blocksInflight(): number {
    return selectors.blocksInflight(this.#view)
  }

  /**
   * Serves it no longer, pieces it is allowed fast aside: what it had asked for is rejected (BEP 6) or dropped (BEP 3). This and
   * the three below say it once: nothing is sent when the state holds already, or the connection is not open.
   */
  choke(): void {
    this.#wish({ type: 'torrent.choke' })
  }

  /** Lets it request blocks. */
  unchoke(): void {
    this.#wish({ type: 'torrent.unchoke' })
  }

  /** Tells it that it has what we want. */
  interested(): void {
    this.#wish({ type: 'torrent.interested' })
  }

  /** Tells it that it has nothing we want. */
  notInterested(): void {
    this.#wish({ type: 'torrent.not_interested' })
  }

  /**
   * Asks for a block: `index` zero-based piece, `begin` bytes into it, `length` bytes, at most 16 KiB. Throws a RangeError when
   * the torrent has no such block, and an Error when the connection is not open, or the peer
   * chokes us and does not allow the piece (BEP 6).
   */
  request(index: number, begin: number, length: number): void {
    const refusal = `piece ${index} cannot be requested`
    const request = { index, begin, length }
    if (!this.#knownLayout(refusal).isValidRequest(request)) {
      throw new RangeError(`the torrent has no block of ${length} bytes at ${begin} in piece ${index}`)
    }
    this.#requireOpen(refusal)
    if (this.peerChoking && !this.isAllowedFast(index)) throw new Error(`${refusal}: the peer chokes us`)
    this.#wish({ type: 'torrent.request', requests: [request], at: this.#clock.now() })
  }

  /** It lets us request the piece, zero-based `index`, while it chokes us (BEP 6). False for a piece that does not exist. */
  isAllowedFast(index: number): boolean {
    return selectors.isAllowedFast(this.#view, index)
  }

  /**
   * Lets it request a piece while we choke it (BEP 6, Allowed Fast); a piece that it may request so already is not said again.
   * Throws a RangeError when the torrent has no such piece, and an Error when the connection is not open, the Fast extension was
   * not negotiated, or 100 pieces are allowed already.
   */
  sendAllowedFast(index: number): void {
    const refusal = `piece ${index} cannot be allowed`
    this.#requireFast(refusal, index)
    const { granted } = this.#context
    if (granted.includes(index)) return
    if (granted.length >= limits.allowedFast)
      throw new Error(`${refusal}: ${granted.length} pieces are allowed already`)
    this.#wish({ type: 'torrent.allow_fast', index })
  }

  /**
   * Hints that a piece is cheap for us to send (BEP 6, Suggest Piece); each is suggested once. Throws a RangeError when the
   * torrent has no such piece, and an Error when the connection is not open, the Fast extension was not negotiated, or 1000
   * pieces were suggested already.
   */
  sendSuggest(index: number): void {
    const refusal = `piece ${index} cannot be suggested`
    this.#requireFast(refusal, index)
    const { suggested } = this.#context
    if (suggested.includes(index)) return
    if (suggested.length >= limits.suggested) throw new Error(`${refusal}: ${suggested.length} were suggested already`)
    this.#wish({ type: 'torrent.suggest', index })
  }

  /**
   * Takes bytes as if they had been read, in any portions: the way in for a peer driven by hand. On a peer with a socket they
   * stand between two reads; from inside a listener they come behind what is being read. They are copied, as encryption decrypts in
   * place. Throws an Error while the connection does not stand yet; once it has ended bytes are ignored, like those of a socket.
   */
  onData(bytes: Uint8Array): void {
    requireBytes('what comes', bytes)
    if (isConnecting(this.#view)) throw new Error('no bytes can come: the connection does not stand yet')
    for (let at = 0; at < bytes.length; at += readBytesMax) {
      this.#bring({ type: 'link.receive', bytes: bytes.slice(at, at + readBytesMax) })
    }
  }

  /** The same as `onData`, which counts what comes as well. */
  receiveData(bytes: Uint8Array): void {
    this.onData(bytes)
  }

  /**
   * Takes one message as if it had come, with its id on the wire (BEP 3: 0 is choke) and what stands behind that, copied. What no
   * remote may send is the same fault here. A message of which the remote has sent a part goes on behind it. Throws a RangeError
   * unless the id is a byte, and an Error unless the connection is open.
   */
  handleMessage(id: number, payload: Uint8Array = new Uint8Array()): void {
    if (!(Number.isInteger(id) && id >= 0 && id <= 255)) throw new RangeError(`${id} is not the id of a message`)
    requireBytes('what stands behind the id', payload)
    this.#requireOpen(`message ${id} cannot come`)
    this.#bring({ type: 'link.receive_message', id, payload: payload.slice() })
  }

  /**
   * Hands over everything that waits to be written, to `write` of a peer driven by hand. With any other transport nothing waits
   * here: what a peer writes is the socket's at once.
   */
  writeBuffer(): void {
    this.#hand?.flush()
  }

  /**
   * Does now what is done once a second anyway, rates, keep-alive and time limits, and flushes as `writeBuffer`. In normal use
   * never needed.
   */
  tick(): void {
    this.#ticker.tick(this.transport)
    this.writeBuffer()
  }

  /**
   * Ends it as a connection that was lost, `transport.reset`: what is queued is dropped, every request is free, `peer.closed` is
   * told, the socket is destroyed.
   */
  disconnected(): void {
    if (this.#isOver) return
    this.actor.send({ type: 'transport.closed', end: { code: 'reset', detail: 'disconnected by hand' } })
  }

  /** Ends the connection in good order, and the actor with it; a peer driven by hand once it is flushed, or 5 s later. */
  stop(): void {
    this.#wish({ type: 'torrent.close', code: 'requested' })
  }

  /**
   * Calls `listener` for each piece of news of a type. Blocks are views: copy what you keep before you return. Throws a RangeError for
   * a type there is not.
   */
  on<Type extends PeerNews['type']>(
    type: Type,
    listener: (news: Extract<PeerNews, { type: Type }>) => void,
  ): { unsubscribe(): void } {
    requireListener('peer', type, listener)
    return this.actor.on(type, listener as (news: PeerNews) => void)
  }

  get #view() {
    return this.actor.getSnapshot()
  }

  get #context() {
    return this.#view.context
  }

  get #isOver(): boolean {
    return this.#view.value.handshake === 'closed'
  }

  #wish(command: TorrentCommand): void {
    if (!this.#isOver) this.actor.send(command)
  }

  #bring(command: Parameters<TransportRef['send']>[0]): void {
    if (!this.#isOver) this.transport.send(command)
  }

  #knownLayout(refusal: string): Layout {
    const { layout } = this.#context
    if (layout === unknownLayout) throw new Error(`${refusal}: the torrent is not known yet`)
    return layout
  }

  #requireOpen(refusal: string): void {
    if (!selectors.isOpen(this.#view)) throw new Error(`${refusal}: the connection is not open`)
  }

  #requireFast(refusal: string, index: number): void {
    const layout = this.#knownLayout(refusal)
    if (!layout.hasPiece(index)) throw new RangeError(`${refusal}: the torrent has ${layout.pieceCount} pieces`)
    this.#requireOpen(refusal)
    if (!this.#context.features.fast) throw new Error(`${refusal}: the Fast extension was not negotiated`)
  }
}

function piecesOf(status: 'all' | 'none' | Uint8Array, pieceCount: number): PieceSet | undefined {
  if (status === 'all') return PieceSet.all(pieceCount)
  if (status === 'none') return PieceSet.none(pieceCount)
  if (status instanceof Uint8Array) return PieceSet.fromBits(status, pieceCount)
  throw new RangeError(`a bitfield status is 'all', 'none' or the bits, not '${status}'`)
}
