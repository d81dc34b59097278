import { enqueueActions } from 'xstate'
import { isDialable } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { pexFlags } from '../../../transport/wire/extended/pex-flags.ts'
import type { PexContact } from '../../../transport/wire/extended/ut-pex.ts'
import type { ExtensionFault } from '../../peer/close-reason.ts'
import { PieceSet } from '../../piece-set.ts'
import { type TorrentContext, withExtensions } from '../context.ts'
import { dialPriority } from '../dial-priority.ts'
import { idFor, isAlive, openedEvent, tellExtensions } from '../extending.ts'
import type { Extension, ExtensionNews, ExtensionRef } from '../extension.ts'
import { wantsNothing } from '../interest.ts'
import { noLosses } from '../losses.ts'
import { order } from '../order.ts'
import { pickerFor } from '../picker-for.ts'
import { mayRun, renounceHearsay } from '../privacy.ts'
import { announce, giveOrders, recordOf } from '../say.ts'
import { tellBatch } from '../telling.ts'
import { onCorruptMetadata } from '../verdicts.ts'
import { connectionSetup } from './connections.ts'

/**
 * The priority of a connection with an address (BEP 40). We are where peers see us; before any has said so, where we listen, if
 * that is a single address. The port counts only between two on one host; 0 stands for none.
 */
function priorityOf({ listen, greeting, work }: TorrentContext, address: Address): number | undefined {
  const host = work.ownAddress.seenFrom(address.host) ?? listen?.host
  const port = greeting.p ?? 0
  return host && isDialable({ host, port: 1 }) ? dialPriority({ host, port }, address) : undefined
}

/** What ending an extension needs of XState's `enqueue`. */
interface Enqueue {
  stopChild(extension: ExtensionRef): void
  assign(changes: Pick<TorrentContext, 'extensions'>): void
}

/** Keeps the extensions of some names, and ends the others. */
function keepExtensions(enqueue: Enqueue, { extensions }: TorrentContext, stays: (name: string) => boolean): void {
  for (const { name, ref } of extensions) if (!stays(name)) enqueue.stopChild(ref)
  enqueue.assign({ extensions: extensions.filter(({ name }) => stays(name)) })
}

/** Extensions (BEP 10), and what those that come with peerchart find out: peers, and the metadata. */
export const extensionSetup = connectionSetup.extend({
  actions: {
    addExtension: enqueueActions(({ context, enqueue }, { extension }: { extension: Extension }) => {
      const { name } = extension
      if (!mayRun(name, context)) return
      const before = context.extensions.find((one) => one.name === name)
      if (before) enqueue.stopChild(before.ref)
      const id = idFor(context.work.extensionIds, name)
      enqueue.assign(({ spawn, context: { extensions } }) => {
        const ref = spawn('extension', { id: `extension-${name}`, input: { extension } })
        return { extensions: [...extensions.filter((one) => one !== before), { name, id, extension, ref }] }
      })
    }),
    removeExtension: enqueueActions(({ context, enqueue }, { name }: { name: string }) => {
      keepExtensions(enqueue, context, (one) => one !== name)
    }),
    /** The actor of an extension whose own code threw is dead: it is added anew, before anything is told to it again. */
    renewExtensions: enqueueActions(({ context, enqueue }) => {
      for (const { extension, ref } of context.extensions) {
        if (!isAlive(ref)) enqueue.raise({ type: 'torrent.add_extension', extension })
      }
    }),
    /** A new extension hears of the connections there are. */
    introducePeers: enqueueActions(({ context, enqueue }, { name }: { name: string }) => {
      const newcomer = context.extensions.filter((one) => one.name === name)
      for (const record of context.work.swarm.peers.values()) {
        if (record.state !== 'open') continue
        tellExtensions(enqueue, { extensions: newcomer }, openedEvent(record))
        const greeting = record.ref?.getSnapshot().context.remoteGreeting
        if (greeting) {
          tellExtensions(enqueue, { extensions: newcomer }, { type: 'extension.greeted', peer: record.peer, greeting })
        }
      }
    }),
    /** Our extended handshake has changed: every peer is told (BEP 10). */
    regreet: enqueueActions(({ context, enqueue }) => {
      const greeting = withExtensions(context.greeting, context.extensions)
      enqueue.assign({ greeting })
      context.work.telling.addGreeting(context.work.swarm.peers.keys())
      tellBatch(enqueue, { ...context, greeting })
    }),
    tellGreeting: enqueueActions(
      ({ context, enqueue }, { peer, handshake }: { peer: number; handshake: ExtendedHandshake }) => {
        const record = recordOf(context, peer)
        if (record && handshake.yourip) context.work.ownAddress.hear(record.link.address.host, handshake.yourip)
        tellExtensions(enqueue, context, { type: 'extension.greeted', peer, greeting: handshake })
      },
    ),
    tellMessage: enqueueActions(
      ({ context, enqueue }, { peer, name, payload }: { peer: number; name: string; payload: Uint8Array }) => {
        const extensions = context.extensions.filter((one) => one.name === name)
        tellExtensions(enqueue, { extensions }, { type: 'extension.message', peer, payload })
      },
    ),
    tellTime: enqueueActions(({ context, enqueue }, { at }: { at: number }) => {
      tellExtensions(enqueue, context, { type: 'timer.tick', at })
    }),
    passMessage: enqueueActions(
      ({ context, enqueue }, { peer, name, payload }: { peer: number; name: string; payload: Uint8Array }) => {
        const record = recordOf(context, peer)
        if (record) giveOrders(enqueue, order(record, { type: 'torrent.extended', name, payload }))
      },
    ),
    endFaulty: enqueueActions(({ context, enqueue }, { peer, code }: { peer: number; code: ExtensionFault }) => {
      const record = recordOf(context, peer)
      if (record) giveOrders(enqueue, order(record, { type: 'torrent.fault', code }))
    }),
    endCrashed: enqueueActions(({ context, enqueue }, { peer, error }: { peer: number; error: unknown }) => {
      const record = recordOf(context, peer)
      if (!record) return
      enqueue.emit({ type: 'crashed', address: record.link.address, error })
      giveOrders(enqueue, order(record, { type: 'torrent.fault', code: 'extension_misused' }))
    }),
    /** Who downloads nothing has no use for seeders. */
    addContacts: enqueueActions(({ context }, { contacts }: { contacts: readonly PexContact[] }) => {
      for (const { address, flags } of contacts) {
        if (wantsNothing(context) && (flags & pexFlags.seed) !== 0) continue
        context.work.addresses.addHearsay(address, priorityOf(context, address))
      }
    }),

    // metadata
    punishLiars: enqueueActions(({ context, enqueue }, { culprits }: { culprits: readonly number[] }) => {
      announce(enqueue, onCorruptMetadata(context, culprits))
    }),
    noteMetadata: enqueueActions(
      (
        { context, enqueue },
        { layout, bytes, name, isPrivate, readOnly = false }: Extract<ExtensionNews, { type: 'metadata.ready' }>,
      ) => {
        const have = PieceSet.none(layout.pieceCount)
        enqueue.assign({
          layout,
          have,
          losses: noLosses(have.size),
          isPrivate,
          readOnly,
          work: { ...context.work, picker: pickerFor(context, layout, have) },
          greeting: { ...context.greeting, ...(!isPrivate && { metadataSize: bytes }) },
        })
        enqueue.emit({ type: 'metadata', name, bytes: layout.length, pieces: layout.pieceCount })
      },
    ),
    /** A magnet link may have led to a private torrent, and to peers that it may not know (BEP 27). */
    keepPrivate: enqueueActions(({ context, enqueue }) => {
      if (!context.isPrivate) return
      keepExtensions(enqueue, context, (name) => mayRun(name, context))
      giveOrders(enqueue, renounceHearsay(context))
    }),
    /** Peers that connected before the metadata came learn how the torrent divides, and what we have of it. */
    teachPeers: enqueueActions(({ context, enqueue }) => {
      context.work.telling.addLesson(context.work.swarm.peers.keys())
      tellBatch(enqueue, context)
    }),
  },
})
