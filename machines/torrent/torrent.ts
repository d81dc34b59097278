import type { ErrorActorEvent } from 'xstate'
import { unrestorable } from '../unrestorable.ts'
import { initialContext } from './context.ts'
import type { TorrentEvent } from './events.ts'
import { livingTorrent } from './living.ts'
import { mayRun } from './privacy.ts'
import { torrentSetup } from './setup.ts'
import { active } from './states/active.ts'
import { checking } from './states/checking.ts'
import { isLastOfRechecks, learnMetadata, recheckLost, takeUp, unwelcome, withdraw } from './states/steps.ts'

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Writes, or the opening of a store, that were under way when the torrent stopped may still fail: that is noted, and stops nothing. */
const stillToCome = {
  'metadata.failed': {
    actions: {
      type: 'noteError',
      params: ({ event }: { event: Extract<TorrentEvent, { type: 'metadata.failed' }> }) => ({ error: event.error }),
    },
  },
  'storage.failed': {
    actions: {
      type: 'noteError',
      params: ({ event }: { event: Extract<TorrentEvent, { type: 'storage.failed' }> }) => ({ error: event.error }),
    },
  },
  'xstate.error.actor.*': {
    actions: {
      type: 'noteError',
      params: ({ event }: { event: ErrorActorEvent }) => ({ error: asError(event.error) }),
    },
  },
} as const

const chart = torrentSetup.createMachine({
  id: 'torrent',
  context: ({ input, self, spawn }) => {
    const { isPrivate = false } = input
    const allowed = (input.extensions ?? []).filter(({ name }) => mayRun(name, { isPrivate }))
    const extensions = allowed.map((extension, i) => {
      const { name } = extension
      return { name, id: i + 1, extension, ref: spawn('extension', { id: `extension-${name}`, input: { extension } }) }
    })
    return initialContext(input, self, spawn('storage', { id: 'storage' }), extensions)
  },
  initial: 'stopped',
  on: {
    'torrent.add_peer': {
      actions: { type: 'addAddress', params: ({ event }) => ({ address: event.address }) },
    },
    'torrent.super_seed': {
      actions: { type: 'noteSuperSeed', params: ({ event }) => ({ superSeed: event.superSeed }) },
    },
    'torrent.set_slots': {
      actions: [{ type: 'noteSlots', params: ({ event }) => ({ slots: event.slots }) }, 'fillSlots'],
    },
    'timer.closing': { actions: 'closeNext' },
    'torrent.take_peer': {
      actions: { type: 'refusePeer', params: ({ event }) => ({ ref: event.ref, code: 'stopped' }) },
    },
    'torrent.add_extension': {
      guard: { type: 'hasRoomForExtension', params: ({ event }) => ({ name: event.extension.name }) },
      actions: [
        { type: 'addExtension', params: ({ event }) => ({ extension: event.extension }) },
        'regreet',
        { type: 'introducePeers', params: ({ event }) => ({ name: event.extension.name }) },
      ],
    },
    'torrent.remove_extension': {
      actions: [{ type: 'removeExtension', params: ({ event }) => ({ name: event.name }) }, 'regreet'],
    },
    'extension.send': { actions: { type: 'passMessage', params: ({ event }) => event } },
    'extension.fault': {
      actions: { type: 'endFaulty', params: ({ event }) => ({ peer: event.peer, code: event.code }) },
    },
    'extension.crashed': {
      actions: { type: 'endCrashed', params: ({ event }) => ({ peer: event.peer, error: event.error }) },
    },
    'pex.contacts': {
      guard: 'isPublic',
      actions: { type: 'addContacts', params: ({ event }) => ({ contacts: event.contacts }) },
    },
    'metadata.ready': { actions: learnMetadata },
    'metadata.corrupt': { actions: { type: 'punishLiars', params: ({ event }) => ({ culprits: event.culprits }) } },
    'metadata.failed': {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => ({ error: event.error }) },
    },
    'peer.started': { actions: { type: 'meet', params: ({ event }) => ({ peer: event.peer, ref: event.ref }) } },
    'peer.closing': { actions: [{ type: 'letGo', params: ({ event }) => ({ peer: event.peer }) }, 'fillSlots'] },
    'peer.closed': {
      actions: [
        { type: 'letGo', params: ({ event }) => ({ peer: event.peer }) },
        { type: 'forget', params: ({ event }) => event },
        'fillSlots',
      ],
    },
    'peer.reputation': { actions: { type: 'noteReputation', params: ({ event }) => event } },
    'blacklist.added': { actions: 'showOutBanned' },
    'group.crashed': {
      actions: [{ type: 'bury', params: ({ event }) => ({ peer: event.peer, error: event.error }) }, 'fillSlots'],
    },
    /** Of a session: it listens, and this torrent does not run yet. */
    'listener.listening': {
      actions: { type: 'noteListening', params: ({ event }) => ({ address: event.address }) },
    },
    'listener.accepted': {
      actions: { type: 'turnAway', params: ({ event }) => ({ connection: event.connection }) },
    },
    'storage.verified': {
      actions: {
        type: 'noteVerified',
        params: ({ event }) => ({ index: event.index, data: event.data, digests: event.digests }),
      },
    },
    'storage.corrupt': {
      actions: {
        type: 'noteCorrupt',
        params: ({ event }) => ({ index: event.index, data: event.data, digests: event.digests }),
      },
    },
    'storage.failed': {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => ({ error: event.error }) },
    },
    'storage.lost': [
      {
        guard: { type: 'isThere', params: ({ event }) => ({ isThere: event.isThere }) },
        actions: [withdraw, recheckLost],
      },
      { actions: withdraw },
    ],
    'storage.rechecked': [
      { guard: isLastOfRechecks, actions: [takeUp, 'emitRechecked', 'emitProgress'] },
      { actions: takeUp },
    ],
    'storage.resume_failed': {
      actions: { type: 'noteResumeFailed', params: ({ event }) => ({ error: event.error }) },
    },
    'storage.warning': {
      actions: { type: 'emitWarning', params: ({ event: { type, ...warning } }) => warning },
    },
    /** The code of the storage, listener or ticker threw: a defect, but peers are closed in good order all the same. */
    'xstate.error.actor.*': {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => ({ error: asError(event.error) }) },
    },
  },
  states: {
    stopped: {
      entry: 'noteEntry',
      on: {
        ...stillToCome,
        'torrent.start': [
          { guard: 'knowsMetadata', target: 'checking', actions: ['renewStorage', 'renewExtensions', 'check'] },
          { target: 'active', actions: 'renewExtensions' },
        ],
      },
    },
    checking,
    active,
    /** No connection is held; what is verified stays. */
    paused: {
      entry: ['noteEntry', 'save', 'closePeers'],
      on: {
        'peer.started': unwelcome,
        /** The last piece was still being verified. */
        'torrent.completed': { guard: 'hasEverything', actions: ['emitProgress', 'emitDone', 'save'] },
        /** The metadata had come, and its store was being opened. */
        'metadata.ready': { target: '#torrent.checking.to_pause', actions: [...learnMetadata, 'check'] },
        'torrent.resume': { target: 'active' },
        'torrent.recheck': { guard: 'knowsMetadata', target: '#torrent.checking.to_pause', actions: 'checkAnew' },
        'torrent.stop': { target: 'stopping' },
      },
    },
    /** The last words are flushed. */
    stopping: {
      entry: ['noteEntry', 'closePeers'],
      on: {
        ...stillToCome,
        'peer.started': unwelcome,
        'torrent.emptied': [{ guard: 'hasToSave', target: 'saving' }, { target: 'stopped' }],
      },
    },
    /** No connection is left; the resume data is saved, with the pieces whose writes were under way. A save that hangs is given up. */
    saving: {
      entry: ['save', 'startSavingTimer'],
      exit: 'stopSavingTimer',
      on: {
        ...stillToCome,
        'timer.saving': {
          target: 'stopped',
          actions: { type: 'noteResumeFailed', params: { error: new Error('the resume data was not saved in time') } },
        },
        'storage.saved': {
          guard: { type: 'isLastSave', params: ({ event }) => ({ save: event.save }) },
          target: 'stopped',
        },
      },
    },
    /** The disk, or the address to listen on, failed. Nothing verified is lost; a new start checks again. */
    failed: {
      entry: ['noteEntry', 'closePeers', 'emitFailed'],
      on: {
        'storage.failed': {},
        'metadata.failed': {},
        'peer.started': unwelcome,
        'torrent.start': [
          { guard: 'knowsMetadata', target: 'checking', actions: ['renewStorage', 'renewExtensions', 'check'] },
          { target: 'active', actions: ['renewStorage', 'renewExtensions'] },
        ],
        'torrent.stop': { target: 'stopping' },
      },
    },
  },
})

/**
 * One torrent: the parent of its peers, storage, listener and ticker. It checks what is on disk, then downloads and seeds;
 * what a peer tells is handled where the torrent is active, and a peer that ends is forgotten in every state.
 */
export const torrentMachine = unrestorable(chart, livingTorrent)
