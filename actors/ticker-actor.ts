import { type CallbackActorLogic, fromCallback } from 'xstate'
import type { TorrentInternal } from '../machines/torrent/events.ts'
import type { Ticker } from './ticker.ts'

/** Tells its parent the time once a second, as `timer.tick`. */
export const tickerLogic = (ticker: Ticker): CallbackActorLogic<TorrentInternal> =>
  fromCallback<TorrentInternal>(({ sendBack }) => ticker.add((at) => sendBack({ type: 'timer.tick', at })))
