import assert from 'node:assert/strict'
import type { Address, Connection, ListenerHandle } from '../../transport/transport.ts'
import { EndOfConnection } from './end-of-connection.ts'
import type { TransportPair } from './suite.ts'

/** How long something may take by the system's clock, in milliseconds: below the 20 s after which runners give a test up. */
const patienceMs = 15_000

/** Two ends, a listener between them, and the connections that a case makes. */
export class Scene<Pair extends TransportPair = TransportPair> {
  readonly pair: Pair
  readonly bigBytes: number
  readonly ends: EndOfConnection[] = []
  /** Those that were accepted and not taken out by a case. */
  readonly accepted: EndOfConnection[] = []
  readonly #heldBefore: number
  #listener: ListenerHandle | undefined

  private constructor(pair: Pair, bigBytes: number) {
    this.pair = pair
    this.bigBytes = bigBytes
    this.#heldBefore = pair.heldResources()
  }

  /** Listens on a free port. */
  static async open<Pair extends TransportPair>(pair: Pair, bigBytes: number): Promise<Scene<Pair>> {
    const scene = new Scene(pair, bigBytes)
    await scene.listen({ host: pair.host, port: 0 })
    return scene
  }

  /** The one that was made last. */
  get listener(): ListenerHandle {
    assert(this.#listener)
    return this.#listener
  }

  /** What was called that should not have been. */
  get faults(): string[] {
    return this.ends.flatMap((end) => end.faults)
  }

  async listen(address: Address): Promise<void> {
    const accept = (connection: Connection) => this.accepted.push(this.watch(connection))
    this.#listener = await this.while(this.pair.listener.listen(address, accept))
  }

  watch(connection: Connection): EndOfConnection {
    const end = new EndOfConnection(connection)
    this.ends.push(end)
    return end
  }

  dial(address: Address = this.listener.address): EndOfConnection {
    return this.watch(this.pair.dialler.dial(address))
  }

  /** Lets things happen until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    const fromMs = performance.now()
    while (!condition()) {
      await this.pair.turn()
      if (performance.now() - fromMs > patienceMs) assert.fail(`not so after ${patienceMs} ms: ${condition}`)
    }
  }

  /** What a promise brings for which time may have to pass. */
  async while<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    // A promise that needs no time is not to cost any.
    await Promise.race([promise, new Promise((resolve) => setImmediate(resolve))])
    await this.until(() => isSettled)
    return promise
  }

  settle(): Promise<void> {
    return this.pair.settle()
  }

  /** The next accepted connection, not opened. */
  async nextAccepted(): Promise<EndOfConnection> {
    await this.until(() => this.accepted.length > 0)
    const into = this.accepted.shift()
    assert(into)
    return into
  }

  /** A dialled end that is open, and the accepted one, which is not. */
  async dialled(): Promise<[out: EndOfConnection, into: EndOfConnection]> {
    const out = this.dial()
    out.open()
    await this.until(() => out.isOpen && this.accepted.length > 0)
    return [out, await this.nextAccepted()]
  }

  /** Both ends of an open connection. */
  async connected(): Promise<[out: EndOfConnection, into: EndOfConnection]> {
    const [out, into] = await this.dialled()
    into.open()
    await this.until(() => into.isOpen)
    return [out, into]
  }

  /** Ends everything, and waits until nothing is held. */
  async end(): Promise<void> {
    for (const end of this.ends) end.destroy()
    await this.while(this.listener.close())
    await this.settle()
    for (const transport of new Set([this.pair.dialler, this.pair.listener])) {
      if (transport.idle) await this.while(transport.idle())
    }
    await this.untilNothingIsHeld()
  }

  /** Nothing that was not held before the case began. */
  async untilNothingIsHeld(): Promise<void> {
    if (this.pair.heldResources() > this.#heldBefore) await this.settle()
    assert.ok(
      this.pair.heldResources() <= this.#heldBefore,
      `${this.pair.heldResources()} resources are held, ${this.#heldBefore} before`,
    )
  }
}
