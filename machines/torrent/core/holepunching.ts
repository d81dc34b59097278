import type { ExtensionNews } from '../../extensions/extension.ts'
import type { CloseReason } from '../../peer/vocabulary/close-reason.ts'
import { dial } from '../connections/dialling.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { tellExtensions } from '../running-extensions/extending.ts'
import type { Command } from '../vocabulary/commands.ts'
import type { Core } from './core.ts'

/** Nobody answered where we dialled: peers that told us of the address may bring us together (BEP 55). */
export function tellUnreached(core: Core, { link }: PeerRecord, reason: CloseReason): Command[] {
  if (link.direction !== 'out' || !isUnanswered(reason)) return []
  const { address } = link
  const toldBy = core.introductions.toldBy(address)
  if (toldBy.length === 0) return []
  const asked = core.extensions.filter(({ name }) => name === 'ut_holepunch')
  return tellExtensions(asked, { type: 'extension.unreached', address, toldBy })
}

/** No bytes ever came from there. */
const isUnanswered = ({ source, code }: CloseReason): boolean =>
  (source === 'timeout' && code === 'connect') ||
  (source === 'transport' && (code === 'timeout' || code === 'refused' || code === 'unreachable'))

/**
 * The peer at an address dials us, as the one between us says (BEP 55): we dial it at once, so that the routers of both let the other in. Not
 * in a private torrent, where peers alone lead to no other (BEP 27). One that is connected, or banned, is not dialled.
 */
export function answerCall(
  core: Core,
  { address, peer }: Extract<ExtensionNews, { type: 'holepunch.connect' }>,
): Command[] {
  if (core.isPrivate || !core.transports.includes('utp') || core.blacklist.hasAddress(address)) return []
  core.introductions.note(address, peer)
  core.introductions.call(address)
  core.addresses.addHearsay(address)
  core.addresses.retry(address)
  return dial(core)
}
