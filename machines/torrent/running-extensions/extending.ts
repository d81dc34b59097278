import { extensionsMax } from '../../../transport/wire/extended/extensions-max.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { ExtensionEvent, RunningExtension } from '../../extensions/extension.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { isWebSeed, type PeerRecord } from '../peers/peer-table.ts'
import type { Command } from '../vocabulary/commands.ts'

/** Tells every extension whose actor runs. */
export function tellExtensions(
  extensions: readonly Pick<RunningExtension, 'ref'>[],
  event: ExtensionEvent | undefined,
): Command[] {
  if (!event) return []
  return extensions.flatMap(({ ref }) => (ref ? [{ tell: 'extension' as const, to: ref, event }] : []))
}

/** The first event that an extension receives of a connection; undefined before its actor runs, and of a web seed, which speaks none. */
export function openedEvent(record: PeerRecord): ExtensionEvent | undefined {
  const { peer, ref, link } = record
  if (!ref || isWebSeed(record)) return undefined
  // Of several transports that were tried the peer knows which opened.
  const { kind } = viewOf(record)?.context.link ?? link
  const { address, direction } = link
  const connection = { peer, address, direction, transport: kind, ref, greeting: undefined, speaks: false }
  return { type: 'extension.opened', peer, connection }
}

/** Whether our extended handshake can name the extension: it bears `extensionsMax` names, those of removed ones included. */
export const hasRoomFor = ({ m = {} }: ExtendedHandshake, name: string): boolean =>
  Object.hasOwn(m, name) || Object.keys(m).length < extensionsMax

/**
 * The id of an extension, the same for as long as the torrent lives: what is still under way for one that was removed never reaches
 * another (BEP 10: 1 to 255, 0 disables).
 */
export function idFor(ids: Map<string, number>, name: string): number {
  const id = ids.get(name) ?? ids.size + 1
  ids.set(name, id)
  return id
}
