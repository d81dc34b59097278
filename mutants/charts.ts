/** A chart that mutants are made of. */
export interface Chart {
  /** By which its machine is known. */
  readonly id: string
  /** The module that makes it. */
  readonly module: string
  /** The tests that say what it does: folders and files below `test/`. */
  readonly tests: readonly string[]
}

/** The charts. */
export const charts: readonly Chart[] = [
  { id: 'tracker', module: 'machines/tracker/tracker.ts', tests: ['machines/tracker'] },
  { id: 'web_seed', module: 'machines/web-seed/web-seed.ts', tests: ['machines/web-seed'] },
  { id: 'dht', module: 'machines/dht/dht.ts', tests: ['machines/dht'] },
  { id: 'session', module: 'machines/session/session.ts', tests: ['machines/session'] },
  { id: 'utp_connection', module: 'machines/utp-connection/utp-connection.ts', tests: ['machines/utp-connection'] },
  { id: 'peer_group', module: 'machines/torrent/peers/peer-group.ts', tests: ['machines/torrent/peers'] },
  {
    id: 'peer',
    module: 'machines/peer/regions/peer.ts',
    // Without the explorations of the whole chart: each takes seconds, which many mutants would cost.
    tests: [
      'machines/peer/actions',
      'machines/peer/blocks',
      'machines/peer/regions',
      'machines/peer/talk',
      'machines/peer/vocabulary',
      'machines/peer/attempts.test.ts',
      'machines/peer/selectors.test.ts',
      'machines/peer/peer-view.test.ts',
    ],
  },
  {
    id: 'torrent',
    module: 'machines/torrent/torrent.ts',
    tests: [
      'machines/torrent/states',
      'machines/torrent/core',
      'machines/torrent/course.test.ts',
      'machines/torrent/torrent.test.ts',
      'machines/torrent/pure.test.ts',
      'machines/torrent/persistence.test.ts',
      'machines/torrent/fetching.test.ts',
    ],
  },
]
