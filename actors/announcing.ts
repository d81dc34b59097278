import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate'
import { hexToBytes } from '../machines/hex.ts'
import type { AnnounceNews } from '../machines/tracker/events.ts'
import type { AnnounceInput } from '../machines/tracker/setup.ts'
import { type AnnounceRequest, peersMax } from '../transport/tracker/announce.ts'
import { announceTo } from '../transport/tracker/announce-to.ts'
import type { TrackerNetwork } from '../transport/tracker/network.ts'

/** One announce to a tracker; it ends with its actor. */
export const announceLogic = (network: TrackerNetwork): CallbackActorLogic<EventObject, AnnounceInput> =>
  fromCallback<EventObject, AnnounceInput>(({ input, sendBack }) => {
    const report = (news: AnnounceNews) => sendBack(news)
    return announceTo(input.url, requestOf(input), network, {
      found: (peers) => report({ type: 'announce.found', peers }),
      done: (outcome) => {
        const at = network.clock.now()
        if ('answer' in outcome) report({ type: 'announce.answered', answer: outcome.answer, at })
        else report({ type: 'announce.failed', failure: outcome.failure, at })
      },
    })
  })

/** What the tracker is told. One that we leave is asked for nobody. */
function requestOf({ event, standing, trackerId }: AnnounceInput): AnnounceRequest {
  const { infoHash, peerId, hasCompleted: _, at: __, ...numbers } = standing
  return {
    ...numbers,
    infoHash: hexToBytes(infoHash),
    peerId: hexToBytes(peerId),
    numWant: event === 'stopped' ? 0 : peersMax,
    ...(event && { event }),
    ...(trackerId && { trackerId }),
  }
}
