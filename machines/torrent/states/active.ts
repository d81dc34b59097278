import { torrentSetup } from '../setup.ts'
import { seeding } from './seeding.ts'
import {
  isLastOfRechecks,
  isWhole,
  learnMetadata,
  noteChecked,
  onTick,
  recheckLost,
  takeUp,
  withdraw,
} from './steps.ts'

/** Connected: peers are dialled and accepted, choke rounds run. */
export const active = torrentSetup.createStateConfig({
  initial: 'deciding',
  invoke: [
    {
      src: 'listener',
      id: 'listener',
      input: ({ context }) => ({ address: context.listen }),
    },
    { src: 'ticker', id: 'ticker' },
  ],
  entry: ['emitSessionListening', 'startChokeTimer', 'startSaveTimer'],
  exit: ['stopChokeTimer', 'stopBatches', 'stopSaveTimer'],
  on: {
    'torrent.pause': { target: 'paused' },
    'torrent.stop': { target: 'stopping' },
    'torrent.add_peer': {
      actions: [{ type: 'addAddress', params: ({ event }) => ({ address: event.address }) }, 'dial'],
    },
    'torrent.take_peer': { actions: { type: 'takePeer', params: ({ event }) => event } },
    'timer.dialing': { actions: ['refillDialing', 'dial'] },
    'timer.telling': { actions: 'tellNext' },
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
    'timer.woke': { actions: 'retryAddresses' },
    'timer.tick': { actions: onTick },
    'pex.contacts': {
      guard: 'isPublic',
      actions: [{ type: 'addContacts', params: ({ event }) => ({ contacts: event.contacts }) }, 'dial'],
    },
    'peer.extended_handshake': {
      actions: {
        type: 'tellGreeting',
        params: ({ event }) => ({ peer: event.peer, handshake: event.handshake }),
      },
    },
    'peer.extended': { actions: { type: 'tellMessage', params: ({ event }) => event } },
    'timer.save': [{ guard: 'hasNews', actions: ['save', 'startSaveTimer'] }, { actions: 'startSaveTimer' }],
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
    'peer.late': { actions: { type: 'noteLate', params: ({ event }) => ({ peer: event.peer }) } },
    'peer.released': {
      actions: {
        type: 'takeBack',
        params: ({ event }) => event,
      },
    },
    'peer.requests': {
      actions: { type: 'serve', params: ({ event }) => ({ peer: event.peer, requests: event.requests }) },
    },
    /** Whether it still has everything, and whether there is anything left to fetch, is to be decided anew. */
    'storage.lost': [
      {
        guard: { type: 'isThere', params: ({ event }) => ({ isThere: event.isThere }) },
        target: '.deciding',
        actions: [withdraw, recheckLost, 'regreet', 'emitProgress'],
      },
      { target: '.deciding', actions: [withdraw, 'regreet', 'emitProgress'] },
    ],
    'torrent.recheck': { target: '.deciding', actions: 'recheckAll' },
    'storage.unread': {
      actions: {
        type: 'refuseUnread',
        params: ({ event }) => ({ peer: event.peer, requests: event.requests }),
      },
    },
    'super_seeding.revealed': { actions: 'forgetOffers' },
    'storage.blocks': {
      actions: { type: 'passBlocks', params: ({ event }) => ({ peer: event.peer, blocks: event.blocks }) },
    },
  },
  states: {
    deciding: {
      always: [
        { guard: 'lacksMetadata', target: 'fetching_metadata' },
        { guard: 'isRechecking', target: 'rechecking' },
        { guard: 'hasEverything', target: 'seeding' },
        { guard: 'wantsNothing', target: 'partial_seeding' },
        { target: 'downloading' },
      ],
    },
    /** A magnet link: how the torrent divides comes from peers, by the extension `ut_metadata` (BEP 9). */
    fetching_metadata: {
      on: {
        /** There is nothing yet to look at. */
        'torrent.recheck': {},
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
        'torrent.recheck': { actions: 'checkAnew' },
        'storage.checked': [
          {
            guard: isWhole,
            target: 'deciding',
            actions: [noteChecked, 'teachPeers', 'regreet', 'emitVerified', 'emitProgress', 'emitDone'],
          },
          {
            target: 'deciding',
            actions: [noteChecked, 'teachPeers', 'emitVerified'],
          },
        ],
      },
    },
    downloading: {
      entry: 'recallAddresses',
      on: {
        'torrent.completed': [
          {
            guard: 'hasEverything',
            target: 'seeding',
            actions: ['regreet', 'partAll', 'emitProgress', 'emitDone', 'save'],
          },
          { guard: 'wantsNothing', target: 'partial_seeding', actions: ['partAll', 'emitProgress', 'save'] },
        ],
      },
    },
    /** What is on disk is hashed anew, while all that is ours is served and the rest fetched, as ever. */
    rechecking: {
      on: {
        'storage.rechecked': [
          {
            guard: isLastOfRechecks,
            target: 'deciding',
            actions: [takeUp, 'regreet', 'emitRechecked', 'emitProgress', 'save'],
          },
          { actions: takeUp },
        ],
        'torrent.completed': { guard: 'hasEverything', actions: ['emitProgress', 'emitDone'] },
      },
    },
    /**
     * Pieces are missing that are not fetched, as nothing can be written or they are lost: what is there is served, nothing is asked for, all
     * peers hear so (BEP 21).
     */
    partial_seeding: { entry: 'regreet' },
    seeding,
  },
})
