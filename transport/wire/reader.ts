import { Batch } from './batch.ts'
import { joined, readU32 } from './bytes.ts'
import { Carry } from './carry.ts'
import { decodeBlock, decodeBlockRequest, decodeBlockStart } from './decode.ts'
import { headerBytes, lengthBytes } from './frame.ts'
import { readHandshake } from './handshake-reader.ts'
import { type MessageRow, messageById, type PlainMessageRow, type PlainName } from './message-table.ts'
import type { BlockStart, MessageFields } from './messages.ts'
import type { SunkName, WireSink } from './sink.ts'
import { turnCostMax, turnCostOf, turnCosts } from './turn-cost.ts'
import type { WireViolationCode } from './violation.ts'

/**
 * Bytes kept behind a handshake until messages are started: two reads of 256 KiB. The caller pauses its socket meanwhile, so
 * one read that was under way is what comes.
 */
export const heldBytesMax = 512 * 1024

const none = new Uint8Array(0)

/**
 * The inbound stream of a connection, from its first byte: bytes are pushed in whatever portions they come, and the sink gets
 * the handshake and the messages. What stands behind the handshake is held until `startMessages`.
 *
 * A message that stands whole in one push is not copied: its bytes are views of that push. Only the tail of a push, up to one
 * frame, is kept. Consecutive `piece`, `request`, `cancel` or `reject_request` messages of one push make one batch.
 *
 * A push delivers messages up to a cost (`turn-cost.ts`), and the one that exceeds it. While the reader `isBehind`, what is pushed waits
 * too, and the caller reads no more and calls `readOn` when others have had their turn.
 *
 * From inside any of its callbacks the sink may call `startMessages`, `limitFrames` and `stop`, which act from the next frame
 * on, but not `push`, `readOn` and `receive`. A sink that throws stops the reader, and the error is passed on.
 */
export class WireReader {
  readonly #sink: WireSink
  readonly #carry = new Carry()
  readonly #batch: Batch
  #handshaken = false
  #started = false
  #stopped = false
  #reading = false
  #isLasting = false
  #maxFrameBytes = 0
  #skipBytes = 0
  /** What may be delivered in this turn, and what is left of it. */
  #turnCost = turnCostMax
  #turnLeft = turnCostMax
  #backlog: Uint8Array = none

  constructor(sink: WireSink) {
    this.#sink = sink
    this.#batch = new Batch(sink)
  }

  /**
   * The memory held for bytes that wait, in bytes: at most the frame limit and 4, or `heldBytesMax`; 0 between frames. While it is
   * behind, also what is left of the pushes.
   */
  get bufferedBytes(): number {
    return this.#carry.bytes.length + this.#backlog.length
  }

  /** The block that the last bytes are data of, when more of it is still to come. */
  get blockUnderWay(): BlockStart | undefined {
    return this.#started ? decodeBlockStart(this.#carry.bytes, this.#carry.length) : undefined
  }

  /** The handshake is complete, and messages were not started: what comes is held. */
  get awaitsMessages(): boolean {
    return this.#handshaken && !this.#started && !this.#stopped
  }

  /** More was pushed than is delivered in one turn. */
  get isBehind(): boolean {
    return this.#backlog.length > 0
  }

  /** The cost of what the last `push`, `readOn` or `startMessages` has delivered. */
  get spent(): number {
    return this.#turnCost - this.#turnLeft
  }

  /** That was all that it might cost, or more. */
  get isSpent(): boolean {
    return this.#turnLeft <= 0
  }

  /**
   * Reads the next bytes of the stream. They are not needed after the call, unless `isLasting`: then they are the sink's to keep,
   * and the views it gets stay as they are, those of what was joined of two pushes too. `costMax`, above 0: what is delivered at once.
   * Throws when called from inside a callback.
   */
  push(chunk: Uint8Array, { isLasting = false, costMax = turnCostMax } = {}): void {
    this.#requireIdle()
    this.#begin(costMax)
    if (this.#stopped) return
    this.#isLasting = isLasting
    if (this.isBehind) this.#backlog = joined(this.#backlog, chunk)
    else this.#read(chunk, isLasting)
  }

  /** Delivers the next messages of what was pushed before. Throws when called from inside a callback. */
  readOn(costMax = turnCostMax): void {
    this.#requireIdle()
    this.#begin(costMax)
    const backlog = this.#backlog
    this.#backlog = none
    if (backlog.length > 0) this.#read(backlog, true)
  }

  /**
   * Takes one message beside the stream, as if it stood there between two others: what is no message is the same violation. Amid
   * a frame too, which goes on with the next push. Throws when called from inside a callback, or before messages were started.
   */
  receive(id: number, payload: Uint8Array): void {
    this.#requireIdle()
    if (this.#stopped) return
    if (!this.#started) throw new Error('a message cannot come before messages are started')
    this.#reading = true
    try {
      const length = 1 + payload.length
      const row = this.#isTooLong(length) ? undefined : this.#rowOf(id, length)
      if (row === undefined) return
      this.#take(row, payload, 0, payload.length)
      this.#charge(this.#batch.flush())
    } catch (error) {
      this.stop()
      throw error
    } finally {
      this.#reading = false
    }
  }

  /**
   * From now on messages are delivered, once the handshake is complete; what was held is read before this returns. Nothing
   * happens after `stop()` or a violation. Throws when messages were started already, or as `limitFrames` does.
   */
  startMessages(maxFrameBytes: number, costMax = turnCostMax): void {
    if (this.#stopped) return
    if (this.#started) throw new Error('messages were started already')
    this.limitFrames(maxFrameBytes)
    this.#started = true
    if (!this.#handshaken || this.#reading) return
    this.#begin(costMax)
    this.#read(this.#carry.take(), true)
  }

  /**
   * Changes the longest frame accepted, in bytes behind the length prefix; a frame that is being received is measured again.
   * Throws RangeError when it is not a positive integer.
   */
  limitFrames(maxFrameBytes: number): void {
    if (!Number.isSafeInteger(maxFrameBytes) || maxFrameBytes < 1) {
      throw new RangeError(`A frame limit of ${maxFrameBytes} bytes is not a positive integer`)
    }
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Ends it: nothing is delivered any more, and the memory is free. Idempotent. */
  stop(): void {
    this.#stopped = true
    this.#batch.stop()
    this.#backlog = none
    this.#carry.release()
  }

  #requireIdle(): void {
    if (this.#reading) throw new Error('called from inside a callback of the same reader')
  }

  #begin(costMax: number): void {
    this.#turnCost = this.#turnLeft = costMax
  }

  /** `isKept`: the memory of the chunk stays as it is. */
  #read(chunk: Uint8Array, isKept: boolean): void {
    this.#reading = true
    try {
      const at = this.#handshaken ? 0 : this.#readHandshake(chunk)
      if (this.#stopped || !this.#handshaken) return
      if (this.#started) this.#readMessages(chunk, at, isKept)
      else this.#hold(chunk, at)
    } catch (error) {
      this.stop()
      throw error
    } finally {
      this.#reading = false
    }
  }

  /** Reads up to the end of the handshake. Answers where in the chunk it stopped. */
  #readHandshake(chunk: Uint8Array): number {
    const { at, named, peerId, fault } = readHandshake(this.#carry, chunk)
    if (fault) this.#violate('bad_protocol_string', fault)
    if (named) this.#sink.infoHash(named.reserved, named.infoHash)
    if (this.#stopped || !peerId) return at
    this.#handshaken = true
    this.#sink.peerId(peerId)
    return at
  }

  #hold(chunk: Uint8Array, from: number): void {
    const heldBytes = this.#carry.length + chunk.length - from
    if (heldBytes > heldBytesMax) {
      this.#violate('too_many_held_bytes', `${heldBytes} bytes behind the handshake, ${heldBytesMax} are held`)
    } else {
      this.#carry.append(chunk, from, chunk.length, heldBytesMax)
    }
  }

  #readMessages(chunk: Uint8Array, from: number, isKept: boolean): void {
    let at = this.#skip(chunk, from)
    if (this.#carry.length > 0) at = this.#joinFrame(chunk, at)
    at = this.#readFrames(chunk, at)
    const isBehind = this.isSpent
    // Before the tail is kept: a joined block in the run is a view of the memory that the tail goes to.
    this.#charge(this.#batch.flush())
    if (this.#stopped) return
    if (at === chunk.length) {
      if (this.#carry.length === 0) this.#carry.release()
    } else if (isBehind) {
      this.#backlog = isKept ? chunk.subarray(at) : chunk.slice(at)
    } else {
      this.#carry.append(chunk, at, chunk.length, lengthBytes + this.#maxFrameBytes)
    }
  }

  /** Completes the frame whose first bytes came with earlier pushes, as far as the chunk goes. */
  #joinFrame(chunk: Uint8Array, from: number): number {
    const carry = this.#carry
    let at = from
    while (true) {
      const frameBytes = this.#admit(carry.bytes, 0, carry.length)
      if (frameBytes === 0) {
        this.#skipBytes -= carry.length
        carry.reset()
        return this.#skip(chunk, at)
      }
      if (frameBytes === carry.length) {
        const { bytes } = carry
        if (this.#isLasting) carry.release()
        else carry.reset()
        this.#deliver(bytes, 0, frameBytes)
        return at
      }
      if (at === chunk.length) return at
      const to = Math.min(chunk.length, at + frameBytes - carry.length)
      carry.append(chunk, at, to, frameBytes)
      at = to
    }
  }

  /** Delivers the frames that stand whole in the chunk. Answers where the tail begins. */
  #readFrames(chunk: Uint8Array, from: number): number {
    let at = from
    while (!this.#stopped && at < chunk.length && this.#turnLeft > 0) {
      const frameBytes = this.#admit(chunk, at, chunk.length)
      if (frameBytes > chunk.length - at) break
      if (frameBytes === 0) {
        at = this.#skip(chunk, at)
      } else {
        this.#deliver(chunk, at, at + frameBytes)
        at += frameBytes
      }
    }
    return at
  }

  /**
   * Checks the header of the frame at `at`, as soon as its bytes are there. Answers how many bytes are needed to go on: those
   * of the header while it is incomplete, then those of the frame; 0 when there is nothing to wait for, as the frame is
   * skipped or a violation.
   */
  #admit(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < lengthBytes) return lengthBytes
    const length = readU32(bytes, at)
    if (length === 0) return lengthBytes
    if (this.#isTooLong(length)) return 0
    if (end - at < headerBytes) return headerBytes
    const row = this.#rowOf(bytes[at + lengthBytes] as number, length)
    if (row !== undefined) return lengthBytes + length
    this.#skipBytes = lengthBytes + length
    return 0
  }

  #isTooLong(length: number): boolean {
    if (length <= this.#maxFrameBytes) return false
    this.#violate('frame_too_long', `a frame of ${length} bytes, the limit is ${this.#maxFrameBytes}`)
    return true
  }

  /** What the message is, by its id and its length with the id; undefined when it is passed over, or a violation. */
  #rowOf(id: number, length: number): MessageRow | undefined {
    const row = messageById(id)
    if (row === undefined) {
      this.#passOver(id)
      return undefined
    }
    const payloadBytes = length - 1
    if (payloadBytes >= row.payloadBytesMin && payloadBytes <= row.payloadBytesMax) return row
    const rule = row.payloadBytesMin === row.payloadBytesMax ? 'exactly' : 'at least'
    const detail = `${row.name} (id ${id}) with ${payloadBytes} bytes of payload, it has ${rule} ${row.payloadBytesMin}`
    this.#violate('bad_length', `${detail} (BEP ${row.bep})`)
    return undefined
  }

  #passOver(id: number): void {
    this.#turnLeft -= turnCosts.message
    this.#charge(this.#batch.flush())
    if (!this.#stopped) this.#sink.unknown(id)
  }

  /** Passes over what is left of an unknown message. Answers where in the chunk that ends. */
  #skip(chunk: Uint8Array, from: number): number {
    const skipped = Math.min(this.#skipBytes, chunk.length - from)
    this.#skipBytes -= skipped
    return from + skipped
  }

  /** Delivers the admitted frame that stands from `at` to `end`, or adds it to the run. */
  #deliver(bytes: Uint8Array, at: number, end: number): void {
    const row = end - at === lengthBytes ? undefined : messageById(bytes[at + lengthBytes] as number)
    if (row === undefined) this.#keepAlive()
    else this.#take(row, bytes, at + headerBytes, end)
  }

  /** Delivers the message whose payload stands from `from` to `end`, or adds it to the run. */
  #take(row: MessageRow, bytes: Uint8Array, from: number, end: number): void {
    this.#turnLeft -= turnCostOf(row.name, end - from)
    switch (row.name) {
      case 'piece':
        this.#charge(this.#batch.addBlock(decodeBlock(bytes, from, end)))
        break
      case 'request':
      case 'cancel':
      case 'reject_request':
        this.#charge(this.#batch.addRequest(row.name, decodeBlockRequest(bytes, from)))
        break
      case 'extended': {
        const { id, payload } = row.read(bytes, from, end)
        this.#charge(this.#batch.flush())
        if (!this.#stopped) this.#sink.extended(id, payload)
        break
      }
      default:
        this.#takePlain(row, bytes, from, end)
    }
  }

  #takePlain<Name extends SunkName & PlainName>(
    { name, read }: PlainMessageRow<Name>,
    bytes: Uint8Array,
    from: number,
    end: number,
  ): void {
    this.#message(name, read(bytes, from, end))
  }

  #keepAlive(): void {
    this.#turnLeft -= turnCosts.message
    this.#message('keep_alive', {})
  }

  /** Each batch that is delivered costs as a message does. */
  #charge(isDelivered: boolean): void {
    if (isDelivered) this.#turnLeft -= turnCosts.message
  }

  #message<Name extends SunkName>(name: Name, fields: MessageFields[Name]): void {
    this.#charge(this.#batch.flush())
    if (!this.#stopped) this.#sink.message(name, fields)
  }

  /** Delivers what came before the violation, then the violation, unless the sink stopped over the former. */
  #violate(code: WireViolationCode, detail: string): void {
    this.#charge(this.#batch.flush())
    if (!this.#stopped) {
      this.stop()
      this.#sink.violation({ code, detail })
    }
  }
}
