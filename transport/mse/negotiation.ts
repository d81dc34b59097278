import { viewOf } from '../wire/bytes.ts'
import { Carry } from '../wire/carry.ts'
import type { NegotiationOutput } from './negotiation-output.ts'
import type { Ending, Script } from './script.ts'

const none = new Uint8Array(0)

/**
 * One side of one MSE handshake: bytes in, outputs out, no socket and no timer, so the caller limits how long it takes. Holds
 * one field of the protocol at a time. Made by `initiate` or `respond`.
 */
export class Negotiation {
  readonly #script: Script
  readonly #carry = new Carry()
  #stage: 'new' | 'running' | 'over' = 'new'
  /** Bytes the script waits for. */
  #wanted = 0
  #outputs: NegotiationOutput[] = []

  constructor(script: Script) {
    this.#script = script
  }

  /** Whether one of the three ends has come. */
  get isOver(): boolean {
    return this.#stage === 'over'
  }

  /** What happens before the remote says a word: an initiator sends its key. Once; a second call throws. */
  start(): readonly NegotiationOutput[] {
    if (this.#stage !== 'new') throw new Error('a negotiation starts once')
    this.#stage = 'running'
    this.#resume(none)
    return this.#take()
  }

  /**
   * Takes bytes of the remote, however they are cut. Decrypts in place what is encrypted, and `rest` and `initialPayload` may
   * be views of `chunk`: they are valid as long as it is. Throws before `start` and when it is over, never for what the bytes say.
   */
  push(chunk: Uint8Array): readonly NegotiationOutput[] {
    if (this.#stage !== 'running') throw new Error(`a negotiation takes no bytes when ${this.#stage}`)
    let at = 0
    while (this.#stage === 'running') {
      const to = at + this.#wanted - this.#carry.length
      if (to > chunk.length) {
        this.#carry.append(chunk, at, chunk.length, this.#wanted)
        break
      }
      const field = this.#field(chunk, at, to)
      at = to
      const ending = this.#resume(field)
      if (ending) this.#outputs.push(ending(viewOf(chunk, at, chunk.length)))
    }
    return this.#take()
  }

  /** The bytes that wait and those from `from` to `to`: what the script wanted. */
  #field(chunk: Uint8Array, from: number, to: number): Uint8Array {
    if (this.#carry.length === 0) return viewOf(chunk, from, to)
    this.#carry.append(chunk, from, to, this.#wanted)
    return this.#carry.take()
  }

  /** Runs the script until it wants more bytes, or ends. */
  #resume(field: Uint8Array): Ending | undefined {
    let turn = this.#script.next(field)
    while (!turn.done && typeof turn.value !== 'number') {
      this.#outputs.push(turn.value)
      turn = this.#script.next(none)
    }
    if (turn.done) {
      this.#stage = 'over'
      return turn.value
    }
    this.#wanted = turn.value as number
    return undefined
  }

  #take(): readonly NegotiationOutput[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }
}
