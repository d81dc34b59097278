import fc, { type Arbitrary } from 'fast-check'
import type { InputFrom } from 'xstate'
import { createStepper } from '../model/stepper.ts'
import { legalPeerEvents } from '../peer/legal-events.ts'
import { type PeerModel, type PeerModelEvent, peerInputs, peerModel } from '../peer/model.ts'

const choiceMax = 0xffff

/** The torrent closes the connection, and it is closed. */
const endingLength = 2

/** What bounds a sequence. */
export interface PeerEventsOptions {
  /** How the peer begins. Default: it is dialled, in plaintext. */
  readonly input?: InputFrom<PeerModel>
  /** Default 60. */
  readonly maxLength?: number
}

/**
 * A life of a peer: events from the dial on, each of which can happen where it stands, while both sides keep to the protocol. Of the lives
 * half are told to the end of the connection, which the torrent ends; `maxLength` counts that too. It shrinks by leaving events out; what is
 * left is legal again.
 */
export function anyPeerEvents(options: PeerEventsOptions = {}): Arbitrary<PeerModelEvent[]> {
  const { input = peerInputs.dialled, maxLength = 60 } = options
  const stepper = createStepper(peerModel, input)
  const choices = fc.array(fc.noBias(fc.nat(choiceMax)), {
    maxLength: Math.max(0, maxLength - endingLength),
    size: 'max',
  })
  return fc.tuple(choices, fc.boolean()).map(([chosen, ends]) => {
    let { snapshot } = stepper.start()
    const events: PeerModelEvent[] = []
    const take = (event: PeerModelEvent | undefined): void => {
      if (event === undefined || events.length === maxLength) return
      snapshot = stepper.next(snapshot, event).snapshot
      events.push(event)
    }
    for (const choice of chosen) {
      const legal = legalPeerEvents(snapshot).filter(({ type }) => type !== 'torrent.close')
      take(legal[choice % legal.length])
    }
    if (ends) {
      take({ type: 'torrent.close', code: 'requested' })
      take(legalPeerEvents(snapshot)[0])
    }
    return events
  })
}
