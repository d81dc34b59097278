import { type CallbackActorLogic, fromCallback } from 'xstate'
import type { TorrentInternal } from '../machines/torrent/events.ts'
import type { Clock } from '../transport/clock.ts'
import type { Ticker } from './ticker.ts'

/**
 * Tells its parent the time as `timer.tick`: at once, since the last time it was told may be long ago, then once a second; and
 * `timer.woke` when the process has come out of a long sleep.
 */
export const tickerLogic = (ticker: Ticker, clock: Clock): CallbackActorLogic<TorrentInternal> =>
  fromCallback<TorrentInternal>(({ sendBack }) => {
    let lastWokeAt: number | undefined
    const tell = (at: number, wokeAt?: number) => {
      if (wokeAt !== lastWokeAt) sendBack({ type: 'timer.woke' })
      lastWokeAt = wokeAt
      sendBack({ type: 'timer.tick', at })
    }
    tell(clock.now())
    return ticker.add(tell)
  })
