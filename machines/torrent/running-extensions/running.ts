import type {
  Extension,
  ExtensionEnded,
  ExtensionStarted,
  ExtensionWish,
  RunningExtension,
} from '../../extensions/extension.ts'
import { mayRun } from '../../extensions/may-run.ts'
import { viewOf } from '../../peer/peer-view.ts'
import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { noteOwnAddresses, regreet } from '../connections/greetings.ts'
import { recordOf } from '../peers/peer-table.ts'
import { type Command, emit, order, tellChart } from '../vocabulary/commands.ts'
import { hasRoomFor, idFor, openedEvent, tellExtensions } from './extending.ts'
import type { ExtensionsCore } from './slice.ts'

type Wish<Type extends ExtensionWish['type']> = Extract<ExtensionWish, { type: Type }>

/**
 * An extension from now on; one of the same name is replaced. Passed over where it may not run, or our extended handshake bears no more
 * names.
 */
export function addExtension(core: ExtensionsCore, { extension }: { readonly extension: Extension }): Command[] {
  const { name } = extension
  if (!hasRoomFor(core.greeting, name) || !mayRun(name, core)) return []
  const id = idFor(core.extensionIds, name)
  core.extensions = [...core.extensions.filter((one) => one.name !== name), { name, id, extension, ref: undefined }]
  return [tellChart(core, { type: 'extension.run', extension }), ...regreet(core)]
}

/** The actor of an extension runs: it is told of the connections there are. */
export function introducePeers(core: ExtensionsCore, { name, ref }: ExtensionStarted): Command[] {
  core.extensions = core.extensions.map((one) => (one.name === name ? { ...one, ref } : one))
  return [...core.swarm.peers.values()].flatMap((record) => {
    if (!record.isMember) return []
    const { peer } = record
    const greeting = viewOf(record)?.context.remoteGreeting
    return [
      ...tellExtensions([{ ref }], openedEvent(record)),
      ...(greeting ? tellExtensions([{ ref }], { type: 'extension.greeted', peer, greeting }) : []),
    ]
  })
}

/** An extension no longer. */
export function removeExtension(core: ExtensionsCore, { name }: { readonly name: string }): Command[] {
  return [...keepExtensions(core, (one) => one.name !== name), ...regreet(core)]
}

/** Keeps some extensions, and ends the others. */
export function keepExtensions(core: ExtensionsCore, stays: (one: RunningExtension) => boolean): Command[] {
  const gone = core.extensions.filter((one) => !stays(one))
  core.extensions = core.extensions.filter(stays)
  return gone.map(({ name }) => tellChart(core, { type: 'extension.end', name }))
}

/** The actor of an extension is no more: it is told nothing. */
export function forgetActor(core: ExtensionsCore, { ref }: ExtensionEnded): Command[] {
  core.extensions = core.extensions.map((one) => (one.ref === ref ? { ...one, ref: undefined } : one))
  return []
}

/** An extension without an actor, as its own code threw, is added anew. */
export function renewExtensions(core: ExtensionsCore): Command[] {
  return core.extensions.flatMap(({ extension, ref }) => (ref ? [] : addExtension(core, { extension })))
}

/** A peer's extended handshake (BEP 10). */
export function noteGreeting(
  core: ExtensionsCore,
  news: Extract<PeerNews, { type: 'peer.extended_handshake' }>,
): Command[] {
  const { peer, handshake } = news
  const record = recordOf(core, peer)
  if (record && handshake.yourip) {
    core.ownAddress.hear(record.link.address.host, handshake.yourip)
    noteOwnAddresses(core)
  }
  return tellExtensions(core.extensions, { type: 'extension.greeted', peer, greeting: handshake })
}

/** A message for an extension. */
export function passMessage(core: ExtensionsCore, news: Extract<PeerNews, { type: 'peer.extended' }>): Command[] {
  const { peer, name, payload } = news
  const meant = core.extensions.filter((one) => one.name === name)
  return tellExtensions(meant, { type: 'extension.message', peer, payload })
}

/** A message of an extension. */
export function sendMessage(core: ExtensionsCore, { peer, name, payload }: Wish<'extension.send'>): Command[] {
  const record = recordOf(core, peer)
  return record ? order(record, { type: 'torrent.extended', name, payload }) : []
}

/** A peer broke a rule of an extension. */
export function endFaulty(core: ExtensionsCore, { peer, code }: Wish<'extension.fault'>): Command[] {
  const record = recordOf(core, peer)
  return record ? order(record, { type: 'torrent.fault', code }) : []
}

/** The code of an extension threw over what a peer said. */
export function endCrashed(core: ExtensionsCore, { peer, error }: Wish<'extension.crashed'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  return [
    ...emit(core, { type: 'crashed', address: record.link.address, error }),
    ...order(record, { type: 'torrent.fault', code: 'extension_misused' }),
  ]
}
