import { type CallbackActorLogic, fromCallback } from 'xstate'
import type { TorrentInternal } from '../machines/torrent/events.ts'
import type { Clock } from '../transport/clock.ts'
import type { Ticker } from './ticker.ts'

/** Tells its parent the time as `timer.tick`: at once, since the last time it was told may be long ago, then once a second. */
export const tickerLogic = (ticker: Ticker, clock: Clock): CallbackActorLogic<TorrentInternal> =>
  fromCallback<TorrentInternal>(({ sendBack }) => {
    const tell = (at: number) => sendBack({ type: 'timer.tick', at })
    tell(clock.now())
    return ticker.add(tell)
  })
