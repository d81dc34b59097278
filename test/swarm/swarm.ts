import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import type { TorrentOptions } from '../../actors/torrent-options.ts'
import { type Transports, transportsOf } from '../../actors/transports.ts'
import { utpTransport } from '../../actors/utp-transport.ts'
import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'
import type { ChokeAlgorithm } from '../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import type { TorrentEmitted } from '../../machines/torrent/vocabulary/emitted.ts'
import { VirtualTime } from '../../simulator/run/virtual-time.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { around } from '../../testing/around.ts'
import { formatAddress } from '../../transport/address.ts'
import { createDatagramNetwork } from '../../transport/datagrams/simulated.ts'
import type { PathOptions } from '../../transport/datagrams/simulated-path.ts'
import { createMemoryNetwork, type MemoryLinkOptions } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Address, Transport } from '../../transport/transport.ts'
import { walkFrom } from '../machines/torrent/walk-from.ts'
import { pieceOf } from '../storage/support.ts'
import { behindRouter } from './router.ts'
import { type SampleOptions, sampleTorrent } from './sample.ts'

/** The port everyone listens on. */
export const port = 6881

/** What the swarm's torrent, links and dice are like. */
export interface SwarmOptions extends SampleOptions, Omit<MemoryLinkOptions, 'clock' | 'random'> {
  /** Default 1. */
  readonly seed?: number
  /** The policy of those who bring none of their own. Raw peers (`listenRaw`) know no MSE: `none`. */
  readonly encryption?: EncryptionPolicy
  /** It is carried by uTP, over paths like these, and not by the memory network. */
  readonly utp?: PathOptions
  /** Default: a sample of `pieces` and `blocksPerPiece`. */
  readonly torrent?: { readonly metainfo: Metainfo; readonly data: Uint8Array }
}

/** What an active torrent does, by how its pieces stand. */
const doing = {
  beginning: 'checking',
  awaiting_metadata: 'fetching_metadata',
  unchecked: 'checking_data',
  checking: 'checking_data',
  complete: 'seeding',
  chosen: 'partial_seeding',
  partial: 'partial_seeding',
  read_only: 'partial_seeding',
} as const

/** What one torrent of the swarm starts with. */
export interface MemberOptions
  extends Pick<
      TorrentOptions,
      | 'maxPeers'
      | 'maxIncomingPerHost'
      | 'slots'
      | 'choker'
      | 'superSeed'
      | 'inspect'
      | 'record'
      | 'encryption'
      | 'extensions'
      | 'listen'
      | 'transport'
      | 'peerId'
      | 'trackers'
      | 'trackerNetwork'
      | 'webSeeds'
      | 'webSeedNetwork'
      | 'dht'
    >,
    Pick<TorrentOptions, 'files' | 'blacklist' | 'resume' | 'downloadLimit' | 'uploadLimit' | 'bandwidth'> {
  /** Pieces on its disk. Default none. */
  readonly has?: 'all' | readonly number[]
  /** Hosts it dials. Default none. */
  readonly knows?: readonly string[]
  /** It knows a magnet link alone. Default false. */
  readonly magnet?: boolean
  /** The files that the link names (BEP 53). Default: none. */
  readonly selectOnly?: string
  /** False: it accepts nobody. Default true. */
  readonly listens?: boolean
  /** Another store in front of its own: one that lies, fails or is slow. */
  readonly through?: (store: ChunkStore) => ChunkStore
  /** Its router lets in nothing but answers. Default false. */
  readonly isBehindRouter?: boolean
}

/** One torrent of a swarm, with all it has emitted. */
export interface Member {
  readonly host: string
  readonly torrent: Torrent
  readonly emitted: readonly TorrentEmitted[]
  /** Addresses it dialled, in order, as `host:port`. */
  readonly dialled: readonly string[]
  /** The state of its chart: `checking`, `downloading`, `seeding` and so on. */
  readonly state: string
  /** Everything it has emitted of one type. */
  emittedOf<Type extends TorrentEmitted['type']>(type: Type): Extract<TorrentEmitted, { type: Type }>[]
  /** Whether its disk holds the torrent, byte for byte. */
  isWhole(): Promise<boolean>
}

/** Hosts on one memory network, in virtual time. */
export interface Swarm {
  readonly clock: SimulatedClock
  readonly network: ReturnType<typeof createMemoryNetwork>
  readonly metainfo: Metainfo
  /** The bytes of the torrent. */
  readonly data: Uint8Array
  /** A torrent on a host of its own, stopped. */
  add(host: string, options?: MemberOptions): Member
  /** Starts every torrent that was added. */
  start(): void
  /** Lets time pass until `holds`. Throws when that takes longer than `withinMs`, an hour if not said. */
  until(holds: () => boolean, withinMs?: number): Promise<void>
  /** Lets time pass. */
  pass(ms: number): Promise<void>
  /** Lets time pass until a promise is settled, and answers what it resolves to. */
  settled<Value>(promise: Promise<Value>): Promise<Value>
  /** Stops every torrent. */
  stop(): Promise<void>
}

/** Makes an empty swarm. What its torrents throw comes out of the next wait. */
export function createSwarm({
  seed = 1,
  encryption,
  pieces,
  blocksPerPiece,
  torrent,
  utp,
  ...link
}: SwarmOptions = {}): Swarm {
  const random = seededRandom(seed)
  const clock = new SimulatedClock()
  const network = createMemoryNetwork({ ...link, clock, random })
  const datagrams = utp && createDatagramNetwork({ ...utp, clock, random })
  const { metainfo, data } =
    torrent ??
    sampleTorrent({
      ...(pieces !== undefined && { pieces }),
      ...(blocksPerPiece !== undefined && { blocksPerPiece }),
    })
  const members: Member[] = []
  const faults: unknown[] = []

  const time = new VirtualTime(clock, () => {
    if (faults.length > 0) throw faults[0]
  })

  function add(
    host: string,
    {
      has = [],
      knows = [],
      listens = true,
      magnet = false,
      selectOnly,
      through = (store) => store,
      isBehindRouter = false,
      ...options
    }: MemberOptions = {},
  ): Member {
    const store = holding(openMemoryStore(metainfo), metainfo, data, has)
    const emitted: TorrentEmitted[] = []
    const dialled: string[] = []
    const udp = datagrams?.host(host)
    const transport =
      options.transport ??
      (udp
        ? utpTransport({ datagrams: isBehindRouter ? behindRouter(udp, clock) : udp, clock, random })
        : network.transport(host))
    const torrent = createTorrent({
      ...(encryption && { encryption }),
      ...options,
      ...(magnet
        ? {
            magnet: {
              infoHash: metainfo.infoHash,
              peers: knows.map(addressOf),
              ...(selectOnly !== undefined && { selectOnly }),
            },
            openStore: async () => through(store),
          }
        : { metainfo, store: through(store), peers: knows.map(addressOf) }),
      transport: noting(transport, dialled),
      clock,
      random,
      randomBytes: randomBytesFrom(random),
      ...(listens && { listen: addressOf(host) }),
    })
    torrent.actor.subscribe({
      next(view) {
        // A chart is pure in every state that any swarm reaches.
        try {
          walkFrom(view)
        } catch (fault) {
          faults.push(fault)
        }
      },
      error: (fault) => faults.push(fault),
    })
    for (const type of emittedTypes) torrent.on(type, (event) => emitted.push(event))
    const member: Member = {
      host,
      torrent,
      emitted,
      dialled,
      get state() {
        const { content, life, recheck } = torrent.actor.getSnapshot().value
        if (typeof life === 'string') return life
        if ('checking' in life) return 'checking'
        if (recheck === 'hashing') return 'rechecking'
        return typeof content === 'string' ? doing[content] : 'downloading'
      },
      emittedOf: <Type extends TorrentEmitted['type']>(type: Type) =>
        emitted.filter((event): event is Extract<TorrentEmitted, { type: Type }> => event.type === type),
      isWhole: async () => Buffer.compare(await contentOf(store, metainfo), data) === 0,
    }
    members.push(member)
    return member
  }

  return {
    clock,
    network,
    metainfo,
    data,
    add,
    start: () => {
      for (const { torrent } of members) torrent.start()
    },
    until: (holds, withinMs) => time.until(holds, withinMs),
    pass: (ms) => time.pass(ms),
    settled: (promise) => time.settled(promise),
    stop: async () => {
      await time.settled(Promise.all(members.map(({ torrent }) => torrent.stop())))
    },
  }
}

/** The same, with the addresses that are dialled noted. */
function noting(transports: Transports, dialled: string[]): Transports {
  const note = (transport: Transport): Transport =>
    around(transport, {
      dial(address) {
        dialled.push(formatAddress(address))
        return transport.dial(address)
      },
    })
  const [first, ...others] = transportsOf(transports)
  return [note(first), ...others.map(note)]
}

/** A store that also holds pieces of the swarm's bytes, of which it makes no copy until they are put anew: so many seeders hold the same. */
function holding(store: ChunkStore, metainfo: Metainfo, data: Uint8Array, has: 'all' | readonly number[]): ChunkStore {
  const kept = new Set(has === 'all' ? Array(metainfo.pieceHashes.length / 20).keys() : has)
  let isOpen = true
  return around(store, {
    put: (index, piece, done) => {
      kept.delete(index)
      store.put(index, piece, done)
    },
    get: (index, range, done) => {
      if (!isOpen || !kept.has(index)) return store.get(index, range, done)
      const { offset = 0, length = metainfo.pieceLength } = range ?? {}
      const bytes = pieceOf(metainfo, data, index).subarray(offset, offset + length)
      queueMicrotask(() => done(null, bytes))
    },
    close: (done) => {
      isOpen = false
      store.close(done)
    },
  })
}

/** A choke algorithm that unchokes nobody. */
export const nobody: ChokeAlgorithm = () => []

/** Where a host listens. */
export const addressOf = (host: string): Address => ({ host, port })

/** Everything a store holds, pieces it lacks as zeros. */
export async function contentOf(store: ChunkStore, { length, pieceLength }: Metainfo): Promise<Uint8Array> {
  const content = new Uint8Array(length)
  for (let begin = 0; begin < length; begin += pieceLength) {
    await new Promise<void>((resolve) => {
      store.get(begin / pieceLength, undefined, (_, piece) => {
        if (piece) content.set(piece, begin)
        resolve()
      })
    })
  }
  return content
}

const emittedTypes = [
  'listening',
  'metadata',
  'verified',
  'peer',
  'progress',
  'piece',
  'tracker',
  'web_seed',
  'dht',
  'corrupt',
  'reputation',
  'banned',
  'crashed',
  'choke_round',
  'choker_crashed',
  'super_seeding',
  'warning',
  'rechecked',
  'selected',
  'done',
  'failed',
] as const satisfies readonly TorrentEmitted['type'][]
