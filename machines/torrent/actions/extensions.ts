import { enqueueActions } from 'xstate'
import { isDialable, isLoopback } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { pexFlags } from '../../../transport/wire/extended/pex-flags.ts'
import type { PexContact } from '../../../transport/wire/extended/ut-pex.ts'
import type { ExtensionFault } from '../../peer/close-reason.ts'
import { PieceSet } from '../../piece-set.ts'
import { type TorrentContext, withExtensions } from '../context.ts'
import { dialPriority } from '../dial-priority.ts'
import { idFor, openedEvent, tellExtensions } from '../extending.ts'
import type { Extension, ExtensionNews } from '../extension.ts'
import { order } from '../order.ts'
import { pickerFor } from '../picker-for.ts'
import { giveOrders, recordOf } from '../say.ts'
import { onCorruptMetadata } from '../verdicts.ts'
import { connectionSetup } from './connections.ts'

/**
 * Our own address, as far as we know it: the one we listen on, if it is a single one that others could reach. What peers
 * say in `yourip` is hearsay, and wrong behind a NAT that gives each connection another port.
 */
function ownAddress({ listen, greeting }: TorrentContext): Address | undefined {
  const us = listen && { host: listen.host, port: greeting.p ?? listen.port }
  return us && isDialable(us) && !isLoopback(us.host) ? us : undefined
}

/** Extensions (BEP 10), and what those that come with peerchart find out: peers, and the metadata. */
export const extensionSetup = connectionSetup.extend({
  actions: {
    addExtension: enqueueActions(({ context, enqueue }, { extension }: { extension: Extension }) => {
      const { name } = extension
      const before = context.extensions.find((one) => one.name === name)
      if (before) enqueue.stopChild(before.ref)
      const id = idFor(context.work.extensionIds, name)
      enqueue.assign(({ spawn, context: { extensions } }) => {
        const ref = spawn('extension', { id: `extension-${name}`, input: { extension } })
        return { extensions: [...extensions.filter((one) => one !== before), { name, id, ref }] }
      })
    }),
    removeExtension: enqueueActions(({ context, enqueue }, { name }: { name: string }) => {
      const gone = context.extensions.find((one) => one.name === name)
      if (!gone) return
      enqueue.stopChild(gone.ref)
      enqueue.assign({ extensions: context.extensions.filter((one) => one !== gone) })
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
      for (const record of context.work.swarm.peers.values()) {
        giveOrders(enqueue, order(record, { type: 'torrent.greet', greeting }))
      }
    }),
    tellGreeting: enqueueActions(
      ({ context, enqueue }, { peer, handshake }: { peer: number; handshake: ExtendedHandshake }) => {
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
    /** A seeder has no use for others. */
    endCrashed: enqueueActions(({ context, enqueue }, { peer, error }: { peer: number; error: unknown }) => {
      const record = recordOf(context, peer)
      if (!record) return
      enqueue.emit({ type: 'crashed', address: record.link.address, error })
      giveOrders(enqueue, order(record, { type: 'torrent.fault', code: 'extension_misused' }))
    }),
    addContacts: ({ context }, { contacts }: { contacts: readonly PexContact[] }) => {
      const us = ownAddress(context)
      for (const { address, flags } of contacts) {
        if (context.have.isAll && (flags & pexFlags.seed) !== 0) continue
        context.work.addresses.addHearsay(address, us && dialPriority(us, address))
      }
    },

    // metadata
    punishLiars: enqueueActions(({ context, enqueue }, { culprits }: { culprits: readonly number[] }) => {
      const { orders, banned } = onCorruptMetadata(context, culprits)
      for (const one of banned) enqueue.emit({ type: 'banned', ...one })
      giveOrders(enqueue, orders)
    }),
    noteMetadata: enqueueActions(
      ({ context, enqueue }, { layout, bytes, name }: Extract<ExtensionNews, { type: 'metadata.ready' }>) => {
        const have = PieceSet.none(layout.pieceCount)
        enqueue.assign({
          layout,
          have,
          work: { ...context.work, picker: pickerFor(context, layout, have) },
          greeting: { ...context.greeting, metadataSize: bytes },
        })
        enqueue.emit({ type: 'metadata', name, bytes: layout.length, pieces: layout.pieceCount })
      },
    ),
    /** A private torrent learns peers from its trackers alone (BEP 27): whom PEX told of is forgotten. */
    keepPrivate: enqueueActions(({ context, enqueue }, { isPrivate }: { isPrivate: boolean }) => {
      if (!isPrivate) return
      const pex = context.extensions.find(({ name }) => name === 'ut_pex')
      if (pex) enqueue.stopChild(pex.ref)
      enqueue.assign({ extensions: context.extensions.filter((one) => one !== pex) })
      context.work.addresses.forgetHearsay()
    }),
    /** Peers that connected before the metadata came learn how the torrent divides, and what we have of it. */
    teachPeers: enqueueActions(({ context, enqueue }) => {
      const { layout, have, work } = context
      for (const record of work.swarm.peers.values()) {
        giveOrders(enqueue, order(record, { type: 'torrent.learn', layout }))
        if (record.state !== 'open') continue
        for (const index of have.indexes()) giveOrders(enqueue, order(record, { type: 'torrent.have', index }))
      }
    }),
  },
})
