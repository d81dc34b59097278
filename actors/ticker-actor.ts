import { type CallbackActorLogic, fromCallback } from 'xstate'
import type { TickerInput } from '../machines/torrent/vocabulary/actor-inputs.ts'
import type { TorrentInternal } from '../machines/torrent/vocabulary/events.ts'
import type { Clock } from '../transport/clock.ts'
import type { Ticker } from './ticker.ts'

/**
 * Tells its owner the time as `timer.tick`: at once, since the last time it was told may be long ago, then once a second; and
 * `timer.woke` when the process has come out of a long sleep.
 */
export const tickerLogic = (ticker: Ticker, clock: Clock): CallbackActorLogic<TorrentInternal, TickerInput> =>
  fromCallback<TorrentInternal, TickerInput>(({ input: { owner } }) => {
    let lastWokeAt: number | undefined
    const tell = (at: number, wokeAt?: number) => {
      if (wokeAt !== lastWokeAt) owner.send({ type: 'timer.woke' })
      lastWokeAt = wokeAt
      owner.send({ type: 'timer.tick', at })
    }
    tell(clock.now())
    return ticker.add(tell)
  })
