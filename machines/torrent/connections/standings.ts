import { hostKey, isLoopback } from '../../../transport/address.ts'
import { isEnding, isInterested, viewOf } from '../../peer/peer-view.ts'
import { isUploadOnly } from '../../peer/selectors.ts'
import { extensionId } from '../../peer/talk/greeting.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { appetiteIn } from '../choking/unchoke-slots.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import type { ConnectionsCore } from './slice.ts'
import type { Standing } from './usefulness.ts'

/** For so long, in milliseconds, one that has yet to fetch the metadata from us counts as wanting something: that takes some seconds. */
const metadataMs = 30_000

const isStaying = (record: PeerRecord): boolean => record.holdsPlace && !record.leavesAs && !isEnding(record)

/** What there is to tell of each connection that holds a place, and is not ending. */
export function standingsOf(core: ConnectionsCore): Standing[] {
  const staying = [...core.swarm.peers.values()].filter(isStaying)
  const byHost = new Map<string, number>()
  for (const { link } of staying) {
    const key = hostKey(link.address.host)
    byHost.set(key, (byHost.get(key) ?? 0) + 1)
  }
  return staying.map((record) => {
    const { host } = record.link.address
    return standingOf(core, record, !isLoopback(host) && (byHost.get(hostKey(host)) ?? 0) > 1)
  })
}

function standingOf(core: ConnectionsCore, record: PeerRecord, sharesHost: boolean): Standing {
  const view = viewOf(record)
  const { downloaded = 0, lastBlockAt = 0, remoteGreeting, takenAt, uploaded = 0 } = view?.context ?? {}
  const lastTimes = [...(downloaded > 0 ? [lastBlockAt] : []), ...(takenAt === undefined ? [] : [takenAt])]
  const fetchesMetadata =
    extensionId(remoteGreeting, 'ut_metadata') !== undefined && remoteGreeting?.metadataSize === undefined
  const { now } = core
  return {
    peer: record.peer,
    openedAt: record.placedAt,
    exchanged: downloaded + uploaded,
    exchangedAt: lastTimes.length > 0 ? Math.max(...lastTimes) : undefined,
    isWanted: core.layout === unknownLayout ? remoteGreeting?.metadataSize !== undefined : record.wanted > 0,
    wants:
      (isInterested(record) && appetiteIn(record, core) !== 'takes_nothing') ||
      (fetchesMetadata && now - record.placedAt < metadataMs),
    sharesHost,
    isBeginning: core.layout !== unknownLayout && core.have.isNone && view !== undefined && !isUploadOnly(view),
  }
}
