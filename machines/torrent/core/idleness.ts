import { formatAddress } from '../../../transport/address.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { extensionId } from '../../peer/talk/greeting.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { whyNobodyIsNamed } from '../announcing/naming-nobody.ts'
import { isChosenHere } from '../content/chosen.ts'
import { isRechecking } from '../content/recheck-count.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import { isDiskBehind } from '../download/disk-backlog.ts'
import { unavailableToReaders } from '../reading/windows.ts'
import { whyNobodyIsFound } from '../searching/finding-nobody.ts'
import { whyNoneServes } from '../web-seeds/web-seed-list.ts'
import type { Core } from './core.ts'
import type { IdleCode } from './idle-codes.ts'

/** What keeps a torrent, while it is active, from moving payload, with what more there is to say of it. */
export function idleCodes(core: Core): ReadonlyMap<IdleCode, string | undefined> {
  const { have, isChecked, layout, losses, picker, readOnly, swarm } = core
  const codes = new Map<IdleCode, string | undefined>()
  if (layout === unknownLayout) {
    // Without a connection it cannot come: what keeps one away has to give way first.
    noteConnections(core, codes)
    codes.set('fetching_metadata', whoHasMetadata(core))
    return codes
  }
  if (!isChecked) codes.set('checking', undefined)
  else {
    if (isRechecking(core)) codes.set('checking', undefined)
    if (!losses.held.isNone) codes.set('data_lost', `${losses.held.count} pieces`)
    if (have.isAll) codes.set('complete', undefined)
    else if (isChosenHere(core)) codes.set('selection_complete', undefined)
    else if (readOnly) codes.set('read_only', `${have.size - have.count} missing`)
    else if (swarm.openCount > 0 && picker.missing > 0 && picker.unobtainable === picker.missing) {
      codes.set('pieces_unavailable', `${picker.missing} missing`)
    } else noteReaders(core, codes)
    if (have.isNone) codes.set('nothing_to_offer', undefined)
    if (isDiskBehind(core)) codes.set('disk_backlog', `${core.verifying.size} pieces`)
  }
  noteConnections(core, codes)
  noteWebSeeds(core, codes)
  return codes
}

/** Others may go on: a reader that waits for what nobody has gets nothing all the same. */
function noteReaders(core: Core, codes: Map<IdleCode, string | undefined>): void {
  const index = core.swarm.openCount > 0 ? unavailableToReaders(core) : undefined
  if (index !== undefined) codes.set('reader_waits', `piece ${index}`)
}

/** Why there are no more connections, unless there is nothing to complain of. */
function noteConnections(core: Core, codes: Map<IdleCode, string | undefined>): void {
  const { addresses, claim, maxPeers, now, swarm } = core
  if (swarm.openCount === 0 && swarm.openWebSeeds === 0) {
    if (swarm.peers.size > 0) codes.set('no_open_connection', `${swarm.peers.size} under way${whatWas(addresses)}`)
    else if (addresses.waiting === 0) noteNoAddresses(core, codes)
    else if (addresses.hasDue(now)) codes.set('no_open_connection', undefined)
    else {
      codes.set('addresses_waiting', `${addresses.waiting}, the next ${whatIsNext(addresses, now)}`)
    }
  }
  if (addresses.hasDue(now) && (swarm.placed() >= maxPeers || !claim.hasRoom(now, swarm.halfOpen('out')))) {
    codes.set('no_place', `${swarm.placed()} held`)
  }
}

/** There is nothing to dial: nobody has told of any address, or those that are known are banned. */
function noteNoAddresses(core: Core, codes: Map<IdleCode, string | undefined>): void {
  const { addresses, blacklist, trackers } = core
  const noMore = `${whyNobodyIsNamed(trackers)}; ${whyNobodyIsFound(core)}`
  const banned = addresses.banned.filter((address) => blacklist.hasAddress(address))
  const [last] = banned.slice(-1)
  if (last === undefined) codes.set('no_addresses', noMore)
  else {
    const others = banned.length === 1 ? '' : ` and ${banned.length - 1} more`
    codes.set('addresses_banned', `${formatAddress(last)}${others}; ${noMore}`)
  }
}

/** Why no web seed serves, where there are some and something is missing. */
function noteWebSeeds(core: Core, codes: Map<IdleCode, string | undefined>): void {
  const { isChecked, swarm, webSeeds } = core
  if (webSeeds.length === 0 || swarm.openWebSeeds > 0 || !isChecked) return
  if (!wantsNothing(core)) codes.set('no_web_seed', whyNoneServes(webSeeds))
}

function whatIsNext({ nextDue }: Core['addresses'], now: number): string {
  if (!nextDue) return 'never'
  const { address, dueAt, why } = nextDue
  const waitS = Math.ceil(Math.max(0, dueAt - now) / 1000)
  return `in ${waitS} s${why === undefined ? '' : `: ${formatAddress(address)}, ${why}`}`
}

/** Of dials under way, what became of the one before. */
function whatWas({ redialled }: Core['addresses']): string {
  return redialled?.why === undefined ? '' : `: ${formatAddress(redialled.address)} again, ${redialled.why}`
}

function whoHasMetadata(core: Core): string {
  let offering = 0
  for (const record of core.swarm.peers.values()) {
    const greeting = record.isMember ? viewOf(record)?.context.remoteGreeting : undefined
    if (extensionId(greeting, 'ut_metadata') !== undefined && greeting?.metadataSize !== undefined) offering++
  }
  return offering === 0 ? 'nobody connected offers it' : `${offering} connected offer it`
}

/** Notes since when each of these holds, as far as the present time tells; those that do not hold any more are forgotten. */
export function noteIdle(core: Core): void {
  const { idle, now } = core
  const codes = idleCodes(core)
  for (const code of idle.keys()) if (!codes.has(code)) idle.delete(code)
  for (const code of codes.keys()) if (!idle.has(code)) idle.set(code, now)
}

/** Since when one of them holds; now, when it has just begun. */
export const idleSince = (core: Core, code: IdleCode): number => core.idle.get(code) ?? core.now
