import { createHash } from 'node:crypto'
import { createActor, fromTransition, type InspectionEvent } from 'xstate'
import { formatCloseReason } from '../machines/peer/vocabulary/close-reason.ts'
import type { PeerInput } from '../machines/peer/vocabulary/context.ts'
import type { PeerView } from '../machines/peer/vocabulary/events.ts'
import { type Difference, differenceOf } from './comparison.ts'
import type { Entry, Header, Remote, StepEntry } from './entries.ts'
import { keepAddresses } from './privacy.ts'
import { isPeerEvent, isPeerInput, ReplayPeer } from './replay-peer.ts'
import { crashJson, type RegionStates, Tap } from './tap.ts'
import { type Manner, revived } from './values.ts'

/** Where the code does other than what was recorded. */
export interface Divergence extends Difference {
  readonly connection: number
  /** The number of the event among those of its connection; 0 is its making. */
  readonly event: number
  readonly type: string
}

/** A connection as its record ended. */
export interface ReplayedConnection {
  readonly connection: number
  readonly remote: Remote
  /** Those that were replayed. */
  readonly events: number
  /** The innermost state of its `handshake`: `open`, `closed` and so on. */
  readonly state: string
  /** Why it closed, as `remote.bad_length`; absent before. */
  readonly reason?: string
  /** Why not all of it was replayed: absent when it was, up to the end of the record. */
  readonly incomplete?: 'beginning_lost' | 'steps_missing' | 'diverged' | 'crashed'
}

/** What came of a replay. */
export interface Replayed {
  readonly connections: readonly ReplayedConnection[]
  /** Events that were replayed. */
  readonly events: number
  /** SHA-256, in hex, of every state that was passed through, with its connection and event. */
  readonly digest: string
  /** The first of each connection that has one. */
  readonly divergences: readonly Divergence[]
  /**
   * Connections of which nothing was recorded, as the disk was too slow, or not how they were made, as they were over when they were restored
   * from a snapshot.
   */
  readonly unrecorded: number
}

/** How a replay is watched. */
export interface ReplayOptions {
  /**
   * Gets XState's inspection events of every peer, as from a live run, with the record's time, in milliseconds; that of an inspector shows
   * them all (`startInspector`). It must not throw.
   */
  readonly inspect?: (event: InspectionEvent, at: number) => void
}

interface Replaying {
  readonly number: number
  readonly remote: Remote
  peer: ReplayPeer | undefined
  /** The number of the next step. */
  steps: number
  /** As recorded. */
  states: RegionStates
  outcome: Pick<ReplayedConnection, 'state' | 'reason' | 'incomplete'>
}

/** Drives peers with a record, entry by entry, in virtual time. Nothing here knows a file or a clock. */
export class Replay {
  readonly #digest = createHash('sha256')
  readonly #connections = new Map<number, Replaying>()
  readonly #divergences: Divergence[] = []
  readonly #inspect: (event: InspectionEvent) => void
  readonly #owner = createActor(
    fromTransition((state) => state, undefined),
    { id: 'owner' },
  ).start()
  /** That of the record, in which addresses are replaced already. */
  #manner: Manner = { privacy: keepAddresses, payloads: false }
  #events = 0
  #unrecorded = 0
  #now = 0
  /** What the peer says to what it is being told. */
  #answer: readonly string[] | undefined

  constructor({ inspect }: ReplayOptions = {}) {
    const manner = () => this.#manner
    const tap = new Tap<undefined>({
      get manner() {
        return manner()
      },
      now: () => this.#now,
      opened: () => undefined,
      step: (_, { said }) => {
        this.#answer = said
        return true
      },
      ended: () => undefined,
      torrent: () => undefined,
    })
    this.#inspect = inspect
      ? (event) => {
          tap.inspect(event)
          inspect(event, this.#now)
        }
      : tap.inspect
  }

  /** Throws an Error for an event that cannot be read, as in a record of a later version. */
  take(entry: Entry): void {
    if ('of' in entry) this.#step(entry)
    else if ('ended' in entry) this.#end(entry.ended)
    else if ('record' in entry) this.#begin(entry)
    else if ('continues' in entry) this.#goOn(entry.continues, entry.step, entry.remote)
    else if ('missing' in entry) this.#miss(entry)
  }

  /** What has come of it so far; `take` goes on. */
  get replayed(): Replayed {
    return {
      connections: [...this.#connections.values()].map(({ number, remote, steps, peer, outcome }) => ({
        connection: number,
        remote,
        events: steps,
        ...outcome,
        ...(peer && standing(peer)),
      })),
      events: this.#events,
      digest: this.#digest.copy().digest('hex'),
      divergences: this.#divergences,
      unrecorded: this.#unrecorded,
    }
  }

  #begin({ addresses, payloads }: Header): void {
    this.#manner = { privacy: { ...keepAddresses, dropsUnknown: addresses === 'replaced' }, payloads }
  }

  /** A connection that stands as a file begins: one that is not known began in a file that is gone. */
  #goOn(number: number, step: number, remote: Remote): void {
    const known = this.#connections.get(number)
    if (known?.peer && known.steps !== step) this.#giveUp(known, 'steps_missing')
    if (known) return
    const outcome = { state: 'unknown', incomplete: 'beginning_lost' } as const
    this.#connections.set(number, { number, remote, peer: undefined, steps: 0, states: {}, outcome })
  }

  #miss(entry: Extract<Entry, { missing: unknown }>): void {
    if ('count' in entry) {
      this.#unrecorded += entry.count
      return
    }
    const known = this.#connections.get(entry.missing)
    if (known?.peer) this.#giveUp(known, 'steps_missing')
  }

  #end(number: number): void {
    const known = this.#connections.get(number)
    if (!known?.peer) return
    known.outcome = standing(known.peer)
    known.peer.stop()
    known.peer = undefined
  }

  #step(entry: StepEntry): void {
    this.#now = entry.at
    if (entry.step === 0) {
      this.#make(entry)
      return
    }
    const known = this.#connections.get(entry.of)
    if (!known?.peer) return
    if (known.steps === entry.step) this.#tell(known, known.peer, entry)
    else this.#giveUp(known, 'steps_missing')
  }

  #make(entry: StepEntry): void {
    const { of: number, at } = entry
    const event = this.#revived(entry)
    if (!isMaking(event)) {
      this.#unrecorded++
      return
    }
    const { address, direction } = event.input.link
    const remote = { host: address.host, port: address.port, direction }
    this.#answer = undefined
    const peer = new ReplayPeer(at, event.input, this.#inspect)
    const known: Replaying = { number, remote, peer, steps: 0, states: {}, outcome: { state: 'connecting' } }
    this.#connections.set(number, known)
    this.#judge(known, peer, entry)
  }

  #tell(known: Replaying, peer: ReplayPeer, entry: StepEntry): void {
    const event = this.#revived(entry)
    const complaint = isPeerEvent(event) ? peer.complaintAbout(entry.at, event) : 'no event that a peer takes'
    if (complaint !== undefined || !isPeerEvent(event)) {
      this.#diverge(known, entry, { recorded: JSON.stringify(entry.event), now: complaint ?? '' })
      return
    }
    this.#answer = undefined
    peer.take(event)
    this.#judge(known, peer, entry)
  }

  #revived({ event, of, step }: StepEntry): unknown {
    try {
      return revived(event, this.#owner)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`event ${step} of connection ${of} cannot be read: ${why}`, { cause })
    }
  }

  /** Whether it did what the record says. */
  #judge(known: Replaying, peer: ReplayPeer, entry: StepEntry): void {
    const { said = [], state = {} } = entry
    const { crash } = peer
    const { value } = peer.view
    known.states = { ...known.states, ...state }
    known.steps++
    this.#events++
    this.#digest.update(`${known.number}\t${entry.event.type}\t${JSON.stringify(value)}\n`)
    const answer = this.#answer ?? (crash ? [crashJson(crash.error, this.#manner)] : [])
    const now = { said: answer.map((text): unknown => JSON.parse(text)), states: { ...value } }
    const difference = differenceOf({ said, states: known.states }, now)
    if (difference) this.#diverge(known, entry, difference)
    else if (crash) this.#giveUp(known, 'crashed')
  }

  #diverge(known: Replaying, { step, event }: StepEntry, difference: Difference): void {
    this.#divergences.push({ connection: known.number, event: step, type: event.type, ...difference })
    this.#giveUp(known, 'diverged')
  }

  #giveUp(known: Replaying, incomplete: NonNullable<ReplayedConnection['incomplete']>): void {
    if (!known.peer) return
    known.outcome = { ...standing(known.peer), incomplete }
    known.peer.stop()
    known.peer = undefined
  }
}

const isMaking = (event: unknown): event is { readonly input: PeerInput } =>
  typeof event === 'object' && event !== null && 'input' in event && isPeerInput(event.input)

/** The innermost state; of one that is dialled `connecting`, however many transports are tried. */
const nameOf = (handshake: PeerView['value']['handshake']): string => {
  if (typeof handshake === 'string') return handshake
  return 'handshaking' in handshake ? handshake.handshaking : 'connecting'
}

function standing({ view }: ReplayPeer): Pick<ReplayedConnection, 'state' | 'reason'> {
  if (!view.value) return { state: 'crashed' }
  const { handshake } = view.value
  const { closeReason } = view.context
  return {
    state: nameOf(handshake),
    ...(closeReason && { reason: formatCloseReason(closeReason) }),
  }
}
