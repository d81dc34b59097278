import fc, { type Arbitrary } from 'fast-check'
import type { InputFrom } from 'xstate'
import { createStepper } from '../model/stepper.ts'
import { legalPeerEvents } from '../peer/legal-events.ts'
import { type PeerModel, type PeerModelEvent, peerInputs, peerModel } from '../peer/model.ts'

const choiceMax = 0xffff

/** In how many of all states it is among the choices that the torrent ends it: lives would be short otherwise. */
const endsAt = 0.1

/** What bounds a sequence. */
export interface PeerEventsOptions {
  /** How the peer begins. Default: it is dialled, in plaintext. */
  readonly input?: InputFrom<PeerModel>
  /** Default 60. */
  readonly maxLength?: number
}

/**
 * A life of a peer: events from the dial on, each of which can happen where it stands, while both sides keep to the protocol. It
 * shrinks by leaving events out; what is left is legal again.
 */
export function anyPeerEvents(options: PeerEventsOptions = {}): Arbitrary<PeerModelEvent[]> {
  const { input = peerInputs.dialled, maxLength = 60 } = options
  const stepper = createStepper(peerModel, input)
  return fc.array(fc.noBias(fc.nat(choiceMax)), { maxLength, size: 'max' }).map((choices) => {
    let { snapshot } = stepper.start()
    return choices.flatMap((choice) => {
      const mayEnd = choice > choiceMax * (1 - endsAt)
      const legal = legalPeerEvents(snapshot).filter(({ type }) => mayEnd || type !== 'torrent.close')
      const event = legal[choice % legal.length]
      if (event === undefined) return []
      snapshot = stepper.next(snapshot, event).snapshot
      return [event]
    })
  })
}
