import { memoryPair } from '../../../transport/memory.ts'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import { hashBytes } from '../../../transport/mse/hashes.ts'
import { initiate } from '../../../transport/mse/initiator.ts'
import { createKeyPair, keyBytes, privateKeyBytes } from '../../../transport/mse/key-exchange.ts'
import { respond } from '../../../transport/mse/responder.ts'
import { vc } from '../../../transport/mse/script.ts'
import { SkeyTable } from '../../../transport/mse/skey-table.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Connection, ConnectionHandler } from '../../../transport/transport.ts'
import { protocolHeader } from '../../../transport/wire/handshake.ts'
import { concat } from '../wire/record.ts'
import { replay, replayPadding, seededBytes } from './drive.ts'
import { Side } from './side.ts'

/** What two sides bring along, and how the bytes travel between them. */
export interface Terms {
  /** What the side that dials offers; undefined: it speaks in the clear. */
  readonly offer: readonly CryptoMethod[] | undefined
  /** What the side that accepts takes, the best first; undefined: it knows no MSE. */
  readonly accept: readonly CryptoMethod[] | undefined
  /** Which torrent is meant; the side that accepts serves those below `torrentCount`. */
  readonly torrent: number
  readonly initialBytes: number
  readonly pads: { readonly a: number; readonly b: number; readonly c: number; readonly d: number }
  /** Where the streams are cut: nowhere, at random places, or behind each byte. */
  readonly cut: 'none' | 'random' | 'bytes'
  readonly latencyMs: number
  readonly bytesPerSecond: number
  readonly seed: number
}

export const torrentCount = 3

/** More than the timers of any conversation here. */
const timersMax = 100_000

/** Stands between a connection and the side that hears it. */
export type Interposed = (side: Side, connection: Connection) => ConnectionHandler

/** Two sides that meet on a memory connection. `a` dials. */
export class Conversation {
  readonly a: Side
  readonly b: Side
  /** All that each means to say, the initial payload of `a` included. */
  readonly saidByA: Uint8Array
  readonly saidByB: Uint8Array
  readonly infoHash: Uint8Array
  readonly #clock = new SimulatedClock()

  constructor(terms: Terms, between: Readonly<Record<Role, Interposed>> = { a: itself, b: itself }) {
    const { offer, accept, initialBytes, pads, seed } = terms
    const bytes = seededBytes(seed)
    const initialPayload = bytes(offer ? initialBytes : 0)
    const parts = () => [protocolHeader, bytes(1 + (seed % 100)), bytes(3000)]
    const [partsOfA, partsOfB] = [parts(), parts()]
    this.saidByA = concat([initialPayload, ...partsOfA])
    this.saidByB = concat(partsOfB)
    this.infoHash = infoHashOf(terms.torrent)
    const table = new SkeyTable()
    for (let torrent = 0; torrent < torrentCount; torrent++) table.add(infoHashOf(torrent))
    const initiator =
      offer &&
      initiate({
        infoHash: this.infoHash,
        offer,
        initialPayload,
        padding: bytes(pads.c),
        // Whatever it begins with: the side that accepts takes any.
        pair: createKeyPair(bytes),
        randomBytes: replayPadding(bytes(pads.a)),
      })
    const responder =
      accept &&
      respond({
        lookup: (req2) => table.find(req2),
        select: (offered) => accept.find((method) => offered.includes(method)),
        padding: bytes(pads.d),
        randomBytes: replay(bytes(privateKeyBytes), bytes(pads.b)),
      })
    const [dialler, accepted] = memoryPair({
      clock: this.#clock,
      random: terms.cut === 'bytes' ? () => 0 : seededRandom(seed),
      fragment: terms.cut !== 'none',
      latencyMs: terms.latencyMs,
      bytesPerSecond: terms.bytesPerSecond,
    })
    this.a = new Side(dialler, initiator, partsOfA)
    this.b = new Side(accepted, responder, partsOfB)
    dialler.open(between.a(this.a, dialler))
    accepted.open(between.b(this.b, accepted))
  }

  /** Lets time pass until nothing more happens by itself. */
  settle(): void {
    for (let timers = 0; this.#clock.advanceToNext(); timers++) {
      if (timers > timersMax) throw new Error('the conversation has no end')
    }
  }
}

export type Role = 'a' | 'b'

/** Where, in a stream, the padding behind the key ends; the VC, which shows that the keys are right; and where the payload begins. */
export interface Places {
  readonly padded: number
  readonly verified: number
  readonly payload: number
}

/** The places in the stream that a side reads. */
export const placesOf: Readonly<Record<Role, (terms: Terms) => Places>> = {
  a: ({ pads }) => {
    const padded = keyBytes + pads.b
    const verified = padded + vc.length
    return { padded, verified, payload: verified + 4 + 2 + pads.d }
  },
  b: ({ pads }) => {
    const padded = keyBytes + pads.a
    const verified = padded + 2 * hashBytes + vc.length
    return { padded, verified, payload: verified + 4 + 2 + pads.c + 2 }
  },
}

const infoHashOf = (torrent: number): Uint8Array => new Uint8Array(20).fill(torrent + 1)
const itself: Interposed = (side) => side
