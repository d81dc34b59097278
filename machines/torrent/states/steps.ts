import type { PeerNews } from '../../peer/events.ts'
import type { TorrentEvent } from '../events.ts'

type MetadataReady = Extract<TorrentEvent, { type: 'metadata.ready' }>
type PeerStarted = Extract<PeerNews, { type: 'peer.started' }>
type Tick = Extract<TorrentEvent, { type: 'timer.tick' }>
type StorageChecked = Extract<TorrentEvent, { type: 'storage.checked' }>

/** A dial was decided on before the torrent left `active`, and has only now an actor to be told. */
export const unwelcome = {
  actions: [
    { type: 'meet', params: ({ event }: { event: PeerStarted }) => ({ peer: event.peer, ref: event.ref }) },
    'closePeers',
  ],
} as const

/** The disk was looked at: what is there is ours. */
export const noteChecked = {
  type: 'noteHave',
  params: ({ event }: { event: StorageChecked }) => ({ have: event.have, recalled: event.recalled }),
} as const

/** Everything is there. */
export const isWhole = {
  type: 'hasAll',
  params: ({ event }: { event: StorageChecked }) => ({ have: event.have }),
} as const

/** The metadata has come: how the torrent divides, whether it is private, and that others may have it of us. */
export const learnMetadata = [
  { type: 'noteMetadata', params: ({ event }: { event: MetadataReady }) => event },
  'keepPrivate',
  'regreet',
] as const

type Lost = Extract<TorrentEvent, { type: 'storage.lost' }>
type Rechecked = Extract<TorrentEvent, { type: 'storage.rechecked' }>

/** Pieces are lost. */
export const withdraw = { type: 'withdraw', params: ({ event }: { event: Lost }) => event } as const

/** They may be right all the same. */
export const recheckLost = {
  type: 'recheckLost',
  params: ({ event }: { event: Lost }) => ({ pieces: event.pieces }),
} as const

/** What was hashed anew is ours, or is not. */
export const takeUp = { type: 'takeUp', params: ({ event }: { event: Rechecked }) => event } as const

/** Whether nothing is being hashed anew any more: this was the end of the last look that was asked for. */
export const isLastOfRechecks = {
  type: 'isLastOfRechecks',
  params: ({ event }: { event: Rechecked }) => ({ recheck: event.recheck, isOver: event.isOver }),
} as const

/** A second has passed. */
export const onTick = [
  { type: 'noteTime', params: ({ event }: { event: Tick }) => ({ at: event.at }) },
  { type: 'measureRates', params: ({ event }: { event: Tick }) => ({ at: event.at }) },
  'emitProgress',
  'dial',
  'dialAnother',
  'makeRoom',
  'noteHoldUps',
  'feedHungry',
  'fillSlots',
  'partAll',
  'revealNext',
  'noteIdle',
  { type: 'tellTime', params: ({ event }: { event: Tick }) => ({ at: event.at }) },
] as const
