import { isDialable } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { pexFlags } from '../../../transport/wire/extended/pex-flags.ts'
import type {
  Extension,
  ExtensionEnded,
  ExtensionStarted,
  ExtensionWish,
  RunningExtension,
} from '../../extensions/extension.ts'
import { mayRun } from '../../extensions/may-run.ts'
import type { PeerNews } from '../../peer/events.ts'
import { PieceSet } from '../../piece-set.ts'
import { dialPriority } from '../connections/dial-priority.ts'
import { dial } from '../connections/dialling.ts'
import { regreet } from '../connections/greetings.ts'
import { renounceHearsay } from '../connections/privacy.ts'
import { noLosses } from '../content/losses.ts'
import type { Core } from '../core/core.ts'
import { wantsNothing } from '../download/interest.ts'
import { recordOf } from '../peers/peer-table.ts'
import { viewOf } from '../peers/peer-view.ts'
import { pickerFor } from '../picking/picker-for.ts'
import { onCorruptMetadata } from '../trust/verdicts.ts'
import { announce, type Command, emit, order, tellChart } from '../vocabulary/commands.ts'
import { hasRoomFor, idFor, openedEvent, tellExtensions } from './extending.ts'

type Wish<Type extends ExtensionWish['type']> = Extract<ExtensionWish, { type: Type }>

/**
 * An extension from now on; one of the same name is replaced. Passed over where it may not run, or our extended handshake bears no more
 * names.
 */
export function addExtension(core: Core, { extension }: { readonly extension: Extension }): Command[] {
  const { name } = extension
  if (!hasRoomFor(core.greeting, name) || !mayRun(name, core)) return []
  const id = idFor(core.extensionIds, name)
  core.extensions = [...core.extensions.filter((one) => one.name !== name), { name, id, extension, ref: undefined }]
  return [tellChart(core, { type: 'extension.run', extension }), ...regreet(core)]
}

/** The actor of an extension runs: it is told of the connections there are. */
export function introducePeers(core: Core, { name, ref }: ExtensionStarted): Command[] {
  core.extensions = core.extensions.map((one) => (one.name === name ? { ...one, ref } : one))
  return [...core.swarm.peers.values()].flatMap((record) => {
    if (record.state !== 'open') return []
    const { peer } = record
    const greeting = viewOf(record)?.context.remoteGreeting
    return [
      ...tellExtensions([{ ref }], openedEvent(record)),
      ...(greeting ? tellExtensions([{ ref }], { type: 'extension.greeted', peer, greeting }) : []),
    ]
  })
}

/** An extension no longer. */
export function removeExtension(core: Core, { name }: { readonly name: string }): Command[] {
  return [...keepExtensions(core, (one) => one.name !== name), ...regreet(core)]
}

/** Keeps some extensions, and ends the others. */
function keepExtensions(core: Core, stays: (one: RunningExtension) => boolean): Command[] {
  const gone = core.extensions.filter((one) => !stays(one))
  core.extensions = core.extensions.filter(stays)
  return gone.map(({ name }) => tellChart(core, { type: 'extension.end', name }))
}

/** The actor of an extension is no more: it is told nothing. */
export function forgetActor(core: Core, { ref }: ExtensionEnded): Command[] {
  core.extensions = core.extensions.map((one) => (one.ref === ref ? { ...one, ref: undefined } : one))
  return []
}

/** An extension without an actor, as its own code threw, is added anew. */
export function renewExtensions(core: Core): Command[] {
  return core.extensions.flatMap(({ extension, ref }) => (ref ? [] : addExtension(core, { extension })))
}

/** A peer's extended handshake (BEP 10). */
export function noteGreeting(core: Core, news: Extract<PeerNews, { type: 'peer.extended_handshake' }>): Command[] {
  const { peer, handshake } = news
  const record = recordOf(core, peer)
  if (record && handshake.yourip) core.ownAddress.hear(record.link.address.host, handshake.yourip)
  return tellExtensions(core.extensions, { type: 'extension.greeted', peer, greeting: handshake })
}

/** A message for an extension. */
export function passMessage(core: Core, news: Extract<PeerNews, { type: 'peer.extended' }>): Command[] {
  const { peer, name, payload } = news
  const meant = core.extensions.filter((one) => one.name === name)
  return tellExtensions(meant, { type: 'extension.message', peer, payload })
}

/** A message of an extension. */
export function sendMessage(core: Core, { peer, name, payload }: Wish<'extension.send'>): Command[] {
  const record = recordOf(core, peer)
  return record ? order(record, { type: 'torrent.extended', name, payload }) : []
}

/** A peer broke a rule of an extension. */
export function endFaulty(core: Core, { peer, code }: Wish<'extension.fault'>): Command[] {
  const record = recordOf(core, peer)
  return record ? order(record, { type: 'torrent.fault', code }) : []
}

/** The code of an extension threw over what a peer said. */
export function endCrashed(core: Core, { peer, error }: Wish<'extension.crashed'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  return [
    ...emit(core, { type: 'crashed', address: record.link.address, error }),
    ...order(record, { type: 'torrent.fault', code: 'extension_misused' }),
  ]
}

/**
 * Peers that a peer is connected to (BEP 11). A peer that downloads nothing has no use for seeders; in a private torrent no peer is told of
 * others (BEP 27).
 */
export function addContacts(core: Core, { contacts }: Wish<'pex.contacts'>): Command[] {
  if (core.isPrivate) return []
  for (const { address, flags } of contacts) {
    if (wantsNothing(core) && (flags & pexFlags.seed) !== 0) continue
    core.addresses.addHearsay(address, priorityOf(core, address))
  }
  return core.isRunning ? dial(core) : []
}

/**
 * The priority of a connection with an address (BEP 40). We are where peers see us; before any has said so, where we listen, if
 * that is a single address. The port counts only between two on one host; 0 stands for none.
 */
function priorityOf({ listen, greeting, ownAddress }: Core, address: Address): number | undefined {
  const host = ownAddress.seenFrom(address.host) ?? listen?.host
  const port = greeting.p ?? 0
  return host && isDialable({ host, port: 1 }) ? dialPriority({ host, port }, address) : undefined
}

/** These gave wrong metadata. */
export function punishLiars(core: Core, { culprits }: Wish<'metadata.corrupt'>): Command[] {
  return announce(core, onCorruptMetadata(core, culprits))
}

/** The metadata has come: how the torrent divides, whether it is private, and that others may have it of us. */
export function learnMetadata(core: Core, news: Wish<'metadata.ready'>): Command[] {
  const { layout, bytes, name, isPrivate, readOnly = false } = news
  core.layout = layout
  core.have = PieceSet.none(layout.pieceCount)
  core.losses = noLosses(layout.pieceCount)
  core.isPrivate = isPrivate
  core.readOnly = readOnly
  core.picker = pickerFor(core, layout, core.have)
  core.greeting = { ...core.greeting, ...(!isPrivate && { metadataSize: bytes }) }
  return [
    ...emit(core, { type: 'metadata', name, bytes: layout.length, pieces: layout.pieceCount }),
    ...(isPrivate ? keepPrivate(core) : []),
    ...regreet(core),
    tellChart(core, { type: 'content.known' }),
  ]
}

/** A magnet link has led to a private torrent, and to peers that it may not know (BEP 27). */
const keepPrivate = (core: Core): Command[] => [
  ...keepExtensions(core, ({ name }) => mayRun(name, core)),
  ...renounceHearsay(core),
]
