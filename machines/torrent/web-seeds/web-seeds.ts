import { webSeedAddress } from '../../../transport/web-seed/web-seed-address.ts'
import { bitsWithout } from '../../../transport/web-seed/web-seed-content.ts'
import { type CloseReason, formatCloseReason } from '../../peer/vocabulary/close-reason.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { PieceSet } from '../../piece-set.ts'
import type { WebSeedCommand, WebSeedEnd, WebSeedNews } from '../../web-seed/events.ts'
import { spawnPeer } from '../connections/spawning.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import { type PeerRecord, recordOf } from '../peers/peer-table.ts'
import { type Command, emit, order, tellChart } from '../vocabulary/commands.ts'
import type { TorrentWish } from '../vocabulary/events.ts'
import type { WebSeedsCore } from './slice.ts'
import {
  isLinked,
  summarizeWebSeed,
  type WebSeedRecord,
  webSeedConnectionsMax,
  webSeedView,
  withoutOf,
  withWebSeeds,
} from './web-seed-list.ts'

type News<Type extends WebSeedNews['type']> = Extract<WebSeedNews, { type: Type }>

/** Those that have no actor yet are given one. */
export const runWebSeeds = (core: WebSeedsCore): Command[] => [
  ...core.webSeeds.flatMap(({ ref, webSeed, url }) =>
    ref ? [] : [tellChart(core, { type: 'web_seed.run', webSeed, url })],
  ),
  ...askWebSeeds(core),
]

/** One more web seed, asked behind the others; nothing where it is known, or there are too many. */
export function addWebSeed(
  core: WebSeedsCore,
  { url }: Extract<TorrentWish, { type: 'torrent.add_web_seed' }>,
): Command[] {
  core.webSeeds = withWebSeeds(core.webSeeds, [url])
  return core.isRunning ? runWebSeeds(core) : []
}

/** The actor of a web seed runs. */
export function meetWebSeed(core: WebSeedsCore, { webSeed, ref }: News<'web_seed.started'>): Command[] {
  change(core, webSeed, { ref })
  return askWebSeeds(core)
}

/** Asks web seeds as long as something is missing, as many as may be asked at once. */
export function askWebSeeds(core: WebSeedsCore): Command[] {
  const { blacklist, isChecked, isRunning, layout, webSeeds } = core
  if (webSeeds.length === 0 || !isRunning || !isChecked || layout === unknownLayout || wantsNothing(core)) return []
  const free = webSeedConnectionsMax - webSeeds.filter((one) => isLinked(one) || one.peer !== undefined).length
  return webSeeds
    .filter((record) => {
      const state = record.peer === undefined && mayHaveWanted(core, record) ? webSeedView(record)?.state : undefined
      return state === 'idle' || (state === 'banned' && !blacklist.hasAddress(webSeedAddress(record.url)))
    })
    .slice(0, Math.max(0, free))
    .flatMap((record) => tell(record, { type: 'web_seed.connect' }))
}

/** Ends connections to web seeds that have none of the files that are missing, as others may be asked in their place. */
export function partWebSeeds(core: WebSeedsCore): Command[] {
  return core.webSeeds.flatMap((record) => {
    const peer = record.peer === undefined || mayHaveWanted(core, record) ? undefined : recordOf(core, record.peer)
    return peer ? order(peer, { type: 'torrent.close', code: 'nothing_to_trade' }) : []
  })
}

/** A piece is missing that lies in no file that it was found without. */
function mayHaveWanted({ have, layout, losses, selection }: WebSeedsCore, record: WebSeedRecord): boolean {
  const without = withoutOf(record)
  if (without.length === 0) return true
  const pieces = PieceSet.fromBits(bitsWithout(layout, without), layout.pieceCount)
  return pieces?.nextMissingFrom(have.union(losses.held).union(selection.skipped), 0) !== -1
}

/** A web seed has a connection: it is a peer like others, but dialled in the clear, as the policy on encryption concerns peers. */
export function welcomeWebSeed(core: WebSeedsCore, { webSeed, connection }: News<'web_seed.made'>): Command[] {
  const record = core.webSeeds.find((one) => one.webSeed === webSeed)
  if (!record) return []
  const isWanted = core.isRunning && !wantsNothing(core)
  if (!isWanted || core.blacklist.hasAddress(connection.remote)) {
    const end = isWanted ? 'banned' : 'over'
    return tell(record, { type: 'web_seed.closed', end, why: 'its host is banned', at: core.now })
  }
  change(core, webSeed, { peer: core.swarm.nextPeer })
  const link = { address: connection.remote, direction: 'out', kind: connection.kind } as const
  return [...tellStanding(core, webSeed), spawnPeer(core, { link, connection }, 'none')]
}

/** The first bytes of a file come from it. */
export const noteServing = (core: WebSeedsCore, { webSeed }: News<'web_seed.served'>): Command[] =>
  tellStanding(core, webSeed)

/** It does not serve: another may be asked. */
export const noteWebSeedFailed = (
  core: WebSeedsCore,
  { webSeed }: News<'web_seed.failed' | 'web_seed.banned'>,
): Command[] => [...tellStanding(core, webSeed), ...askWebSeeds(core)]

function tellStanding(core: WebSeedsCore, webSeed: number): Command[] {
  const record = core.webSeeds.find((one) => one.webSeed === webSeed)
  return record ? emit(core, { type: 'web_seed', ...summarizeWebSeed(record) }) : []
}

/** A peer is gone: if it was a web seed, that learns why. `reason` undefined: its own code threw. */
export function forgetWebSeed(core: WebSeedsCore, { peer }: PeerRecord, reason: CloseReason | undefined): Command[] {
  const record = core.webSeeds.find((one) => one.peer === peer)
  if (!record) return []
  change(core, record.webSeed, { peer: undefined })
  const why = reason ? formatCloseReason(reason) : 'its own code threw'
  return tell(record, { type: 'web_seed.closed', end: endOf(reason), why, at: core.now })
}

/** Ends that say nothing of the web seed. */
const passing: readonly CloseReason['code'][] = ['nothing_to_trade', 'stopped', 'super_seeding', 'gave_way', 'no_place']

function endOf(reason: CloseReason | undefined): WebSeedEnd {
  if (reason?.source !== 'local') return 'failed'
  if (reason.code === 'banned' || reason.code === 'blacklisted') return 'banned'
  if (reason.code === 'requested') return 'requested'
  return passing.includes(reason.code) ? 'over' : 'failed'
}

function change(core: WebSeedsCore, webSeed: number, changed: Partial<Pick<WebSeedRecord, 'peer' | 'ref'>>): void {
  core.webSeeds = core.webSeeds.map((one) => (one.webSeed === webSeed ? { ...one, ...changed } : one))
}

const tell = ({ ref }: WebSeedRecord, event: WebSeedCommand): Command[] =>
  ref ? [{ tell: 'web_seed', to: ref, event }] : []
