import type { DatagramSocket, Datagrams } from '../../../transport/datagrams/datagrams.ts'
import type { SimulatedClock } from '../../../transport/simulated-clock.ts'

const packetBytes = 1400

/** A flow with TCP's congestion control (RFC 5681) and always something to send: it fills the queue of a link until the link drops. */
export class Reno {
  readonly #clock: SimulatedClock
  readonly #near: DatagramSocket
  readonly #far: DatagramSocket
  #window = 4 * packetBytes
  #threshold = Number.POSITIVE_INFINITY
  #next = 0
  /** By number, when each packet on the way was sent. */
  readonly #onTheWay = new Map<number, number>()
  #cutAt = 0
  /** Bytes that arrived. */
  arrivedBytes = 0

  /** From the host `near` to the host `far`, of a simulated network. */
  constructor(clock: SimulatedClock, near: Datagrams, far: Datagrams) {
    this.#clock = clock
    this.#far = bound(far, 'far', (packet) => {
      this.arrivedBytes += packet.length
      this.#far.send(packet.subarray(0, 4), this.#near.address)
    })
    this.#near = bound(near, 'near', (answer) => this.#acknowledged(numberIn(answer)))
  }

  send(): void {
    while ((this.#onTheWay.size + 1) * packetBytes <= this.#window) {
      const number = this.#next++
      const packet = Buffer.alloc(packetBytes)
      packet.writeUInt32BE(number)
      this.#onTheWay.set(number, this.#clock.now())
      this.#near.send(packet, this.#far.address)
    }
  }

  #acknowledged(number: number): void {
    this.#onTheWay.delete(number)
    // Nothing changes places on this link: three behind it have arrived, or the way there would be longer.
    for (const [earlier, sentAt] of this.#onTheWay) {
      if (earlier > number - 3) break
      this.#onTheWay.delete(earlier)
      if (sentAt <= this.#cutAt) continue
      this.#cutAt = this.#clock.now()
      this.#window = Math.max(2 * packetBytes, this.#window / 2)
      this.#threshold = this.#window
    }
    this.#window += this.#window < this.#threshold ? packetBytes : (packetBytes * packetBytes) / this.#window
    this.send()
  }
}

const numberIn = (bytes: Uint8Array): number => Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE()

function bound(datagrams: Datagrams, host: string, received: (bytes: Uint8Array) => void): DatagramSocket {
  let socket: DatagramSocket | Error | undefined
  datagrams.bind({ host, port: 0 }, { received, drained: () => undefined }, (result) => {
    socket = result
  })
  if (socket === undefined || socket instanceof Error) throw socket
  return socket
}
