import type { PeerEvent } from '../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../machines/peer/vocabulary/transport-commands.ts'
import type {
  Address,
  Connection,
  ConnectionHandler,
  Transport,
  TransportEnd,
  TransportKind,
} from '../transport/transport.ts'

/** What carries the bytes of a connection that stands. */
export interface Carrying extends ConnectionHandler {
  obey(command: TransportCommand): void
  stop(): void
}

/** What a dialler works with. */
export interface DiallerServices {
  readonly address: Address
  readonly transports: readonly Transport[]
  readonly report: (event: PeerEvent) => void
  /** A connection has opened, and is to be carried. */
  readonly carry: (kind: TransportKind, connection: Connection) => Carrying
}

/**
 * The attempts of one dial. Which transport is tried, and when, the chart of the peer decides (`link.dial`); here the first that opens
 * wins, the others are destroyed, and what the chart asked of the connection meanwhile reaches it as it opens.
 */
export class Dialler {
  readonly #services: DiallerServices
  readonly #underWay = new Map<TransportKind, Connection>()
  #early: TransportCommand[] = []
  #winner: Carrying | undefined
  #isOver = false

  constructor(services: DiallerServices) {
    this.#services = services
  }

  obey(command: TransportCommand): void {
    if (this.#winner) this.#winner.obey(command)
    else if (command.type === 'link.dial') this.dial(command.kind)
    else if (command.type === 'link.end' || command.type === 'link.destroy') this.#giveUp()
    else this.#early.push(command)
  }

  /** One more attempt. One whose code throws, or for which there is no transport, has failed. */
  dial(kind: TransportKind): void {
    if (this.#isOver) return
    const { address, report, transports } = this.#services
    try {
      const transport = transports.find((one) => one.kind === kind)
      if (!transport) throw new Error(`there is no transport ${kind}`)
      this.#open(kind, transport.dial(address))
    } catch (error) {
      this.#underWay.get(kind)?.destroy()
      this.#underWay.delete(kind)
      report({ type: 'transport.failed', kind, end: { code: 'error', detail: String(error) } })
    }
  }

  stop(): void {
    this.#winner?.stop()
    this.#dropOthers()
  }

  #open(kind: TransportKind, connection: Connection): void {
    this.#underWay.set(kind, connection)
    let carrying: Carrying | undefined
    connection.open({
      opened: () => {
        carrying = this.#won(kind, connection)
      },
      data: (chunk) => carrying?.data(chunk),
      drained: () => carrying?.drained(),
      closed: (end) => (carrying ? carrying.closed(end) : this.#lost(kind, connection, end)),
    })
  }

  #won(kind: TransportKind, connection: Connection): Carrying | undefined {
    if (this.#underWay.get(kind) !== connection || this.#isOver) return undefined
    this.#underWay.delete(kind)
    this.#dropOthers()
    const winner = this.#services.carry(kind, connection)
    this.#winner = winner
    for (const command of this.#early) winner.obey(command)
    this.#early = []
    winner.opened()
    return winner
  }

  #lost(kind: TransportKind, connection: Connection, end: TransportEnd): void {
    if (this.#underWay.get(kind) !== connection) return
    this.#underWay.delete(kind)
    if (!this.#isOver) this.#services.report({ type: 'transport.failed', kind, end })
    else if (this.#underWay.size === 0) this.#tellGone()
  }

  /** Tells when nothing is held any more. */
  #giveUp(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#underWay.size === 0) this.#tellGone()
    for (const connection of this.#underWay.values()) connection.destroy()
  }

  #tellGone(): void {
    this.#services.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  }

  #dropOthers(): void {
    this.#isOver = true
    const others = [...this.#underWay.values()]
    this.#underWay.clear()
    for (const connection of others) connection.destroy()
  }
}
