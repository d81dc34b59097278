import type { ErrorActorEvent } from 'xstate'
import type { PeerNews } from '../peer/events.ts'
import { initialContext } from './context.ts'
import type { TorrentEvent } from './events.ts'
import { torrentSetup } from './setup.ts'

type MetadataReady = Extract<TorrentEvent, { type: 'metadata.ready' }>
type PeerStarted = Extract<PeerNews, { type: 'peer.started' }>

/** A dial was decided on before the torrent left `active`, and has only now an actor to be told. */
const unwelcome = {
  actions: [
    { type: 'meet', params: ({ event }: { event: PeerStarted }) => ({ peer: event.peer, ref: event.ref }) },
    'closePeers',
  ],
} as const

const noteChecked = {
  type: 'noteHave',
  params: ({ event }: { event: Extract<TorrentEvent, { type: 'storage.checked' }> }) => ({ have: event.have }),
} as const

/** The metadata has come: how the torrent divides, whether it is private, and that others may have it of us. */
const learnMetadata = [
  { type: 'noteMetadata', params: ({ event }: { event: MetadataReady }) => event },
  { type: 'keepPrivate', params: ({ event }: { event: MetadataReady }) => ({ isPrivate: event.isPrivate }) },
  'regreet',
] as const

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

/**
 * One torrent: the parent of its peers, storage, listener and ticker. It checks what is on disk, then downloads and seeds;
 * what a peer tells is handled where the torrent is active, and a peer that ends is forgotten in every state.
 */
export const torrentMachine = torrentSetup.createMachine({
  id: 'torrent',
  context: ({ input, self, spawn }) => {
    const extensions = (input.extensions ?? []).map((extension, i) => {
      const { name } = extension
      return { name, id: i + 1, ref: spawn('extension', { id: `extension-${name}`, input: { extension } }) }
    })
    return initialContext(input, self, spawn('storage', { id: 'storage' }), extensions)
  },
  initial: 'stopped',
  on: {
    'torrent.add_peer': {
      actions: { type: 'addAddress', params: ({ event }) => ({ address: event.address }) },
    },
    'torrent.take_peer': { actions: { type: 'refusePeer', params: ({ event }) => ({ ref: event.ref }) } },
    'torrent.add_extension': {
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
    'pex.contacts': { actions: { type: 'addContacts', params: ({ event }) => ({ contacts: event.contacts }) } },
    'metadata.ready': { actions: learnMetadata },
    'metadata.corrupt': { actions: { type: 'punishLiars', params: ({ event }) => ({ culprits: event.culprits }) } },
    'metadata.failed': {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => ({ error: event.error }) },
    },
    'peer.started': { actions: { type: 'meet', params: ({ event }) => ({ peer: event.peer, ref: event.ref }) } },
    'peer.closing': { actions: { type: 'letGo', params: ({ event }) => ({ peer: event.peer }) } },
    'peer.closed': {
      actions: [
        { type: 'letGo', params: ({ event }) => ({ peer: event.peer }) },
        { type: 'forget', params: ({ event }) => event },
      ],
    },
    'group.crashed': { actions: { type: 'bury', params: ({ event }) => ({ peer: event.peer, error: event.error }) } },
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
    /** The code of the storage, listener or ticker threw: a defect, but peers are closed in good order all the same. */
    'xstate.error.actor.*': {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => ({ error: asError(event.error) }) },
    },
  },
  states: {
    stopped: {
      on: {
        ...stillToCome,
        'torrent.start': [
          { guard: 'knowsMetadata', target: 'checking', actions: ['renewStorage', 'check'] },
          { target: 'active' },
        ],
      },
    },
    /** What is on disk is hashed; whatever verifies is kept. */
    checking: {
      initial: 'to_start',
      on: { 'peer.started': unwelcome, 'torrent.stop': { target: 'stopping' } },
      states: {
        to_start: {
          on: {
            'torrent.pause': { target: 'to_pause' },
            'storage.checked': [
              {
                guard: { type: 'hasAll', params: ({ event }) => ({ have: event.have }) },
                target: '#torrent.active',
                actions: [noteChecked, 'emitVerified', 'emitProgress', 'emitDone'],
              },
              { target: '#torrent.active', actions: [noteChecked, 'emitVerified'] },
            ],
          },
        },
        /** Paused before the check was over. Of a magnet link there may have been connections: they close meanwhile. */
        to_pause: {
          on: {
            'torrent.resume': { target: 'to_start' },
            'storage.checked': [
              {
                guard: { type: 'hasAll', params: ({ event }) => ({ have: event.have }) },
                target: '#torrent.paused',
                actions: [noteChecked, 'emitVerified', 'emitProgress', 'emitDone'],
              },
              { target: '#torrent.paused', actions: [noteChecked, 'emitVerified'] },
            ],
          },
        },
      },
    },
    /** Connected: peers are dialled and accepted, choke rounds run. */
    active: {
      initial: 'deciding',
      invoke: [
        {
          src: 'listener',
          id: 'listener',
          input: ({ context }) => ({ address: context.listen }),
        },
        { src: 'ticker', id: 'ticker' },
      ],
      entry: 'startChokeTimer',
      exit: 'stopChokeTimer',
      on: {
        'torrent.pause': { target: 'paused' },
        'torrent.stop': { target: 'stopping' },
        'torrent.add_peer': {
          actions: [{ type: 'addAddress', params: ({ event }) => ({ address: event.address }) }, 'dial'],
        },
        'torrent.take_peer': { actions: { type: 'takePeer', params: ({ event }) => ({ ref: event.ref }) } },
        'listener.listening': {
          actions: [
            { type: 'noteListening', params: ({ event }) => ({ address: event.address }) },
            'regreet',
            { type: 'emitListening', params: ({ event }) => ({ address: event.address }) },
          ],
        },
        'listener.accepted': {
          actions: { type: 'accept', params: ({ event }) => ({ connection: event.connection }) },
        },
        'listener.failed': {
          target: 'failed',
          actions: { type: 'noteError', params: ({ event }) => ({ error: event.error }) },
        },
        'timer.tick': {
          actions: [
            { type: 'noteTime', params: ({ event }) => ({ at: event.at }) },
            { type: 'measureRates', params: ({ event }) => ({ at: event.at }) },
            'emitProgress',
            'dial',
            'partAll',
            { type: 'tellTime', params: ({ event }) => ({ at: event.at }) },
          ],
        },
        'pex.contacts': {
          actions: [{ type: 'addContacts', params: ({ event }) => ({ contacts: event.contacts }) }, 'dial'],
        },
        'peer.extended_handshake': {
          actions: {
            type: 'tellGreeting',
            params: ({ event }) => ({ peer: event.peer, handshake: event.handshake }),
          },
        },
        'peer.extended': { actions: { type: 'tellMessage', params: ({ event }) => event } },
        'timer.choke_round': { actions: ['runChokeRound', 'suggestServed', 'forgetRefusals', 'startChokeTimer'] },
        'peer.identified': {
          actions: { type: 'adopt', params: ({ event }) => ({ peer: event.peer, infoHash: event.infoHash }) },
        },
        'peer.handshaken': {
          actions: { type: 'admit', params: ({ event }) => ({ peer: event.peer, peerId: event.peerId }) },
        },
        'peer.opened': { actions: { type: 'welcome', params: ({ event }) => ({ peer: event.peer }) } },
        'peer.pieces': {
          actions: { type: 'notePieces', params: ({ event }) => ({ peer: event.peer, pieces: event.pieces }) },
        },
        'peer.have': {
          actions: { type: 'notePiece', params: ({ event }) => ({ peer: event.peer, index: event.index }) },
        },
        'peer.dont_have': {
          actions: { type: 'noteLost', params: ({ event }) => ({ peer: event.peer, index: event.index }) },
        },
        'peer.upload_only': { actions: { type: 'noteUploadOnly', params: ({ event }) => ({ peer: event.peer }) } },
        'peer.interested': { actions: { type: 'noteInterested', params: ({ event }) => ({ peer: event.peer }) } },
        'peer.not_interested': {
          actions: { type: 'noteNotInterested', params: ({ event }) => ({ peer: event.peer }) },
        },
        'peer.unchoked': {
          actions: { type: 'noteUnchoked', params: ({ event }) => ({ peer: event.peer, room: event.room }) },
        },
        'peer.choked': { actions: { type: 'noteChoked', params: ({ event }) => ({ peer: event.peer }) } },
        'peer.allowed_fast': {
          actions: {
            type: 'noteAllowedFast',
            params: ({ event }) => ({ peer: event.peer, index: event.index, room: event.room }),
          },
        },
        'peer.suggested': {
          actions: { type: 'noteSuggestion', params: ({ event }) => ({ peer: event.peer, index: event.index }) },
        },
        'peer.blocks': {
          actions: {
            type: 'takeBlocks',
            params: ({ event }) => ({ peer: event.peer, blocks: event.blocks, room: event.room }),
          },
        },
        'peer.released': {
          actions: {
            type: 'takeBack',
            params: ({ event }) => event,
          },
        },
        'peer.requests': {
          actions: { type: 'serve', params: ({ event }) => ({ peer: event.peer, requests: event.requests }) },
        },
        'storage.blocks': {
          actions: { type: 'passBlocks', params: ({ event }) => ({ peer: event.peer, blocks: event.blocks }) },
        },
      },
      states: {
        deciding: {
          always: [
            { guard: 'lacksMetadata', target: 'fetching_metadata' },
            { guard: 'hasEverything', target: 'seeding' },
            { target: 'downloading' },
          ],
        },
        /** A magnet link: how the torrent divides comes from peers, by the extension `ut_metadata` (BEP 9). */
        fetching_metadata: {
          on: {
            'metadata.ready': {
              target: 'checking_data',
              actions: learnMetadata,
            },
          },
        },
        /** What is on disk is hashed while the connections wait; they go on with what verifies. */
        checking_data: {
          entry: 'check',
          on: {
            'torrent.pause': { target: '#torrent.checking.to_pause', actions: 'closePeers' },
            'storage.checked': [
              {
                guard: { type: 'hasAll', params: ({ event }) => ({ have: event.have }) },
                target: 'deciding',
                actions: [noteChecked, 'teachPeers', 'emitVerified', 'emitProgress', 'emitDone'],
              },
              {
                target: 'deciding',
                actions: [noteChecked, 'teachPeers', 'emitVerified'],
              },
            ],
          },
        },
        downloading: {
          on: {
            'torrent.completed': {
              guard: 'hasEverything',
              target: 'seeding',
              actions: ['regreet', 'partAll', 'emitProgress', 'emitDone'],
            },
          },
        },
        seeding: {},
      },
    },
    /** No connection is held; what is verified stays. */
    paused: {
      entry: 'closePeers',
      on: {
        'peer.started': unwelcome,
        /** The last piece was still being verified. */
        'torrent.completed': { guard: 'hasEverything', actions: ['emitProgress', 'emitDone'] },
        /** The metadata had come, and its store was being opened. */
        'metadata.ready': { target: '#torrent.checking.to_pause', actions: [...learnMetadata, 'check'] },
        'torrent.resume': { target: 'active' },
        'torrent.stop': { target: 'stopping' },
      },
    },
    /** The last words are flushed. */
    stopping: {
      entry: 'closePeers',
      on: { ...stillToCome, 'peer.started': unwelcome, 'torrent.emptied': { target: 'stopped' } },
    },
    /** The disk, or the address to listen on, failed. Nothing verified is lost; a new start checks again. */
    failed: {
      entry: ['closePeers', 'emitFailed'],
      on: {
        'storage.failed': {},
        'metadata.failed': {},
        'peer.started': unwelcome,
        'torrent.start': [
          { guard: 'knowsMetadata', target: 'checking', actions: ['renewStorage', 'check'] },
          { target: 'active', actions: 'renewStorage' },
        ],
        'torrent.stop': { target: 'stopping' },
      },
    },
  },
})
