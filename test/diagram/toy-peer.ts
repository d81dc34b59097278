import { and, assign, enqueueActions, not, or, raise, setup, stateIn } from 'xstate'

type ToyEvent =
  | { type: 'transport.opened' | 'transport.closed' | 'transport.drained' }
  | { type: 'timer.handshake' | 'timer.request' | 'timer.keep_alive' | 'timer.silence' | 'timer.reconnect' }
  | {
      type:
        | 'wire.choke'
        | 'wire.unchoke'
        | 'wire.interested'
        | 'wire.not_interested'
        | 'wire.have_all'
        | 'wire.have_none'
    }
  | { type: 'wire.handshake' | 'wire.bitfield' | 'wire.piece' | 'wire.keep_alive' | 'wire.extended' }
  | { type: 'wire.have' | 'wire.request' | 'wire.cancel' | 'wire.reject_request' | 'wire.allowed_fast'; index: number }
  | { type: 'torrent.choke' | 'torrent.unchoke' | 'torrent.interested' | 'torrent.not_interested' | 'torrent.close' }
  | {
      type: 'torrent.request' | 'torrent.cancel' | 'torrent.verified' | 'torrent.corrupt' | 'torrent.have'
      index: number
    }
  | { type: 'mse.keys' | 'mse.plaintext' | 'mse.rc4' | 'mse.failed' }
  | { type: 'peer.violation'; code: string }
  | { type: 'peer.banned' | 'peer.open' }

const toy = setup({
  types: { context: {} as { outstanding: number; reputation: number }, events: {} as ToyEvent },
  actions: {
    send: (_, _params: { message: string }) => {},
    tell: (_, _params: { event: string }) => {},
    raiseViolation: raise(({ event }, { code }: { code: string }) => ({
      type: 'peer.violation',
      code: `${code} ${event.type}`,
    })),
    addOutstanding: assign({ outstanding: ({ context }) => context.outstanding + 1 }),
    dropOutstanding: assign({ outstanding: 0 }),
    adjustReputation: assign({ reputation: ({ context }, { by }: { by: number }) => context.reputation + by }),
    noteHave: () => {},
    closeTransport: () => {},
  },
  guards: {
    pieceInRange: ({ event }) => 'index' in event && event.index < 8,
    fastNegotiated: () => true,
    allowedFast: () => false,
    encryptionRequired: () => false,
    isOutgoing: () => true,
    reputationSpent: ({ context }) => context.reputation <= 50,
    isOpen: stateIn({ handshake: 'open' }),
  },
  delays: { handshakeTimeoutMs: 20_000 },
})

const toyWithQueue = toy.extend({
  actions: { acceptRequest: enqueueActions(({ enqueue }) => enqueue.raise({ type: 'transport.drained' })) },
})

const violation = (code: string) => ({ type: 'raiseViolation' as const, params: { code } })
const send = (message: string) => ({ type: 'send' as const, params: { message } })
const tell = (event: string) => ({ type: 'tell' as const, params: { event } })

/** A made-up peer of the real one's size: ten regions with 28 states, 41 events. */
export const toyPeer = toyWithQueue.createMachine({
  id: 'peer',
  type: 'parallel',
  context: { outstanding: 0, reputation: 100 },
  on: { 'peer.violation': { actions: [tell('peer.violation'), { type: 'adjustReputation', params: { by: -20 } }] } },
  states: {
    handshake: {
      description: 'From the dial to the end',
      initial: 'connecting',
      states: {
        connecting: {
          on: {
            'transport.opened': [
              { guard: 'encryptionRequired', target: 'negotiating' },
              { guard: 'isOutgoing', target: 'handshaking', actions: send('handshake') },
              { target: 'handshaking' },
            ],
            'transport.closed': 'closed',
            'torrent.close': 'closed',
          },
        },
        negotiating: {
          on: {
            'mse.rc4': 'handshaking',
            'mse.plaintext': 'handshaking',
            'mse.failed': 'closing',
            'timer.handshake': 'closing',
          },
        },
        handshaking: {
          after: { handshakeTimeoutMs: { target: 'closing', actions: tell('peer.timeout') } },
          on: {
            'wire.handshake': { target: 'open', actions: [tell('peer.handshake'), raise({ type: 'peer.open' })] },
            'timer.handshake': 'closing',
            'transport.closed': 'closed',
            'wire.*': { actions: violation('message_before_handshake') },
          },
        },
        open: {
          tags: ['open'],
          entry: tell('peer.ready'),
          exit: 'dropOutstanding',
          on: {
            'torrent.close': 'closing',
            'peer.banned': 'closing',
            'peer.violation': { target: 'closing' },
            'timer.silence': 'closing',
            'transport.closed': 'closed',
            'wire.handshake': { actions: violation('second_handshake') },
          },
        },
        closing: {
          entry: 'closeTransport',
          on: { 'transport.closed': 'closed', 'timer.reconnect': { target: 'closing', reenter: true } },
        },
        closed: { type: 'final', entry: tell('peer.closed') },
      },
    },
    encryption: {
      initial: 'undecided',
      states: {
        undecided: { on: { 'mse.keys': 'exchanging', 'mse.plaintext': 'plaintext' } },
        exchanging: {
          on: {
            'mse.rc4': 'rc4',
            'mse.plaintext': { guard: not('encryptionRequired'), target: 'plaintext' },
            'mse.failed': 'failed',
          },
        },
        plaintext: {},
        rc4: {},
        failed: { entry: tell('peer.encryption_failed') },
      },
    },
    am_choking: {
      initial: 'choking',
      states: {
        choking: { on: { 'torrent.unchoke': { guard: 'isOpen', target: 'not_choking', actions: send('unchoke') } } },
        not_choking: { on: { 'torrent.choke': { target: 'choking', actions: send('choke') } } },
      },
    },
    am_interested: {
      initial: 'not_interested',
      states: {
        not_interested: { on: { 'torrent.interested': { target: 'interested', actions: send('interested') } } },
        interested: { on: { 'torrent.not_interested': { target: 'not_interested', actions: send('not_interested') } } },
      },
    },
    peer_choking: {
      initial: 'choking',
      states: {
        choking: { on: { 'wire.unchoke': { target: 'not_choking', actions: tell('peer.unchoke') } } },
        not_choking: { on: { 'wire.choke': { target: 'choking', actions: ['dropOutstanding', tell('peer.choke')] } } },
      },
    },
    peer_interested: {
      initial: 'not_interested',
      states: {
        not_interested: { on: { 'wire.interested': { target: 'interested', actions: tell('peer.interested') } } },
        interested: {
          on: { 'wire.not_interested': { target: 'not_interested', actions: tell('peer.not_interested') } },
        },
      },
    },
    availability: {
      initial: 'awaiting_first',
      states: {
        awaiting_first: {
          on: {
            'wire.bitfield': { target: 'known', actions: 'noteHave' },
            'wire.have_all': [
              { guard: 'fastNegotiated', target: 'seeder' },
              { actions: violation('fast_not_negotiated') },
            ],
            'wire.have_none': [
              { guard: 'fastNegotiated', target: 'known' },
              { actions: violation('fast_not_negotiated') },
            ],
            'wire.have': [
              { guard: 'pieceInRange', target: 'known', actions: 'noteHave' },
              { actions: violation('piece_out_of_range') },
            ],
          },
        },
        known: {
          on: {
            'wire.have': [{ guard: 'pieceInRange', actions: 'noteHave' }, { actions: violation('piece_out_of_range') }],
            'wire.bitfield': { actions: violation('bitfield_not_first') },
            'wire.have_all': { actions: violation('have_all_not_first') },
          },
        },
        seeder: { on: { 'wire.have': { actions: violation('have_from_a_seeder') } } },
      },
    },
    requests: {
      initial: 'idle',
      states: {
        idle: {
          on: {
            'torrent.request': {
              guard: and([or(['allowedFast', not(stateIn({ peer_choking: 'choking' }))]), 'pieceInRange']),
              target: 'outstanding',
              actions: ['addOutstanding', send('request')],
            },
            'wire.piece': { actions: violation('unrequested_piece') },
          },
        },
        outstanding: {
          on: {
            'torrent.request': { guard: 'pieceInRange', actions: ['addOutstanding', send('request')] },
            'torrent.cancel': { actions: send('cancel') },
            'wire.piece': { target: 'idle', actions: [tell('peer.blocks'), 'dropOutstanding'] },
            'wire.reject_request': { target: 'idle', actions: tell('peer.rejected') },
            'timer.request': { target: 'snubbed', actions: tell('peer.snubbed') },
          },
        },
        snubbed: { on: { 'wire.piece': { target: 'idle', actions: tell('peer.blocks') } } },
      },
    },
    uploads: {
      initial: 'idle',
      states: {
        idle: {
          on: {
            'wire.request': [
              {
                guard: and([stateIn({ am_choking: 'not_choking' }), 'pieceInRange']),
                target: 'serving',
                actions: 'acceptRequest',
              },
              { guard: 'fastNegotiated', actions: send('reject_request') },
            ],
            'wire.cancel': {},
          },
        },
        serving: {
          on: {
            'wire.request': { guard: 'pieceInRange', actions: 'acceptRequest' },
            'wire.cancel': { actions: send('reject_request') },
            'transport.drained': 'idle',
            'torrent.choke': { target: 'idle', actions: send('reject_request') },
          },
        },
      },
    },
    reputation: {
      initial: 'trusted',
      states: {
        trusted: {
          on: {
            'torrent.verified': { actions: { type: 'adjustReputation', params: { by: 1 } } },
            'torrent.corrupt': { actions: { type: 'adjustReputation', params: { by: -20 } } },
          },
          always: { guard: 'reputationSpent', target: 'banned' },
        },
        banned: { entry: [tell('peer.banned'), raise({ type: 'peer.banned' })] },
      },
    },
  },
})
