import { randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type Client from 'bittorrent-dht'
import { addressKey, isDialable } from '../address.ts'
import type { Clock } from '../clock.ts'
import type { DatagramSocket, Datagrams } from '../datagrams/datagrams.ts'
import { udpDatagrams } from '../datagrams/udp.ts'
import { isPortToBind } from '../port.ts'
import { isObject, requireClock, requireMethods, requireObject, requireText } from '../require.ts'
import { systemClock } from '../system-clock.ts'
import type { Address } from '../transport.ts'
import { DhtSocket } from './socket.ts'

/** What came of a search. `nodes`: how many have answered; `announced`: how many have noted that we are there. */
export interface SearchOutcome {
  readonly nodes: number
  readonly announced: number
}

/** What is told of a search, in this order. */
export interface SearchReports {
  /** Peers of the torrent; at most `searchPeersMax` in all. */
  found(peers: readonly Address[]): void
  /** All that can be asked were asked; so many have answered. Where we have a port they are told of it now. */
  lookedUp(nodes: number): void
  /** It is over. */
  done(outcome: SearchOutcome): void
  /** It led to nothing, and is over: one line for people. */
  failed(message: string): void
}

/** A node of the DHT (BEP 5), which several torrents may share: a socket of UDP, and a table of other nodes. */
export interface Dht {
  /** Where it listens; rejects with Node's error when it cannot, or was destroyed before. */
  readonly opened: Promise<Address>
  /** The nodes of its table, for the next run: those that answered last first, at most `keptNodesMax`. Empty before it is open. */
  readonly nodes: readonly Address[]
  /**
   * Asks for the peers of a torrent, and tells that we accept connections at a port, if we do. `infoHash` has 20 bytes. Answers what gives
   * it up: nothing more is told then.
   */
  search(infoHash: Uint8Array, port: number | undefined, reports: SearchReports): () => void
  /** One more node to ask, by its IPv4 address, as soon as ours is open: it is taken once it has answered. Any other host is ignored. */
  addNode(address: Address): void
  /** Ends all searches and frees the port. May be called again. */
  destroy(): Promise<void>
}

/** What `createDht` may be given. */
export interface DhtOptions {
  /** The UDP port. Default 0: a free one. */
  readonly port?: number
  /** The IPv4 address to bind. Default `0.0.0.0`. */
  readonly host?: string
  /**
   * Where to enter the DHT: nodes by their addresses, names too; and `well-known` for those that BitTorrent clients share.
   * Default: none, so that nobody is asked before `addNode`, `nodes` or a peer has named a node.
   */
  readonly bootstrap?: readonly (Address | 'well-known')[]
  /** Nodes of an earlier run, by IPv4 addresses: each is asked whether it is there, while the table is empty. Others, and more than `keptNodesMax`, are passed over. */
  readonly nodes?: readonly Address[]
  /** For tests. Default: the system's UDP. */
  readonly datagrams?: Datagrams
  /** Bounds how many queries are answered in a second. Default: the system's. The package has timers of its own. */
  readonly clock?: Clock
}

/** Nodes that many clients enter the DHT by. Nobody asks them unless told to. */
const wellKnownNodes: readonly Address[] = [
  { host: 'router.bittorrent.com', port: 6881 },
  { host: 'router.utorrent.com', port: 6881 },
  { host: 'dht.transmissionbt.com', port: 6881 },
  { host: 'dht.libtorrent.org', port: 25401 },
]

/** Peers that one search tells of: as many as a torrent keeps of what others tell. Our own number. */
export const searchPeersMax = 500

/** Nodes that are kept for the next run: enough that some are still there (libtorrent keeps 1,000, Transmission 300). */
export const keptNodesMax = 300

/** Addresses to enter by. */
const bootstrapMax = 50

/** How long a node has to answer that we enter by: its name is looked up, and a query has 2 s (k-rpc-socket). Our own number. */
const enteringMs = 4_000

/** What the package keeps of others: torrents with their peers, of which it answers; our searches' tables. Its defaults are ten times that. */
const memory = { maxPeers: 2_000, maxTables: 100, maxValues: 1 }

/** A node that was opened. */
interface Opened {
  readonly client: Client
  readonly guarded: DhtSocket
  readonly socket: DatagramSocket
}

/**
 * Joins the DHT. Its package is loaded, and its port bound, from now on: whoever made it destroys it. Throws a RangeError for a port that is
 * none, and a TypeError for what is no address or no clock.
 */
export function createDht(options: DhtOptions = {}): Dht {
  requireObject('what createDht is given', options)
  const {
    bootstrap = [],
    clock = systemClock,
    datagrams = udpDatagrams(),
    host = '0.0.0.0',
    nodes = [],
    port = 0,
  } = options
  requireText('host', host)
  requireClock(clock)
  requireMethods('datagrams', datagrams, ['bind', 'resolve'])
  if (!isPortToBind(port)) throw new RangeError(`port ${port} is not between 0 and 65535`)
  if (!Array.isArray(bootstrap)) throw new TypeError("bootstrap is an array of addresses, and of 'well-known'")
  const entries = bootstrap.flatMap((entry) => (entry === 'well-known' ? wellKnownNodes : [entry]))
  for (const entry of entries) requireNode(entry)
  if (!Array.isArray(nodes)) throw new TypeError('nodes is an array of nodes')
  const given: readonly Address[] = nodes
  for (const node of given) requireObject('a node of the DHT', node)
  const kept = given.filter((node) => isIPv4(node.host) && isDialable(node)).slice(0, keptNodesMax)
  return new DhtClient({ bootstrap: entries.slice(0, bootstrapMax), clock, datagrams, host, nodes: kept, port })
}

/** Throws a TypeError for what is no node of the DHT. */
export function requireDht(value: unknown): void {
  requireMethods('dht', value, ['search', 'addNode'])
  requireMethods('the field opened of dht', (value as Dht).opened, ['then'])
}

function requireNode(node: unknown): void {
  if (!isObject(node)) throw new TypeError('a node of the DHT is an object with a host and a port')
  const { host, port } = node as Partial<Address>
  if (typeof host !== 'string' || port === undefined || !isDialable({ host, port }))
    throw new RangeError(`a node of the DHT has a host and a port from 1 to 65535, not '${host}' and ${port}`)
}

type OwnOptions = Required<Omit<DhtOptions, 'bootstrap'>> & { readonly bootstrap: readonly Address[] }

class DhtClient implements Dht {
  readonly opened: Promise<Address>
  readonly #options: OwnOptions
  /** By info hash in hex, what is told of its peers. */
  readonly #searches = new Map<string, Set<(peer: Address) => void>>()
  /** An entry whose name could not be looked up last. */
  #unresolved: Address | undefined
  /** What is waited for; called, nothing is. */
  readonly #waits = new Set<() => void>()
  readonly #opening: Promise<Opened>
  /** Undefined before it is open, and when it is destroyed. */
  #now: Opened | undefined
  #entering: Promise<void> | undefined
  /** A node was named while there was none: it has its time to answer. */
  #naming: Promise<void> | undefined
  #wasNamed = false
  #destroyed: Promise<void> | undefined

  constructor(options: OwnOptions) {
    this.#options = options
    this.#opening = this.#open()
    this.opened = this.#opening.then(({ socket }) => socket.address)
    // Each search tells of it.
    this.opened.catch(() => undefined)
  }

  get nodes(): readonly Address[] {
    if (!this.#now) return []
    const { client, guarded } = this.#now
    const table = new Set(client.nodes.toArray().map(addressKey))
    const all = guarded.nodes.nodes.filter((node) => table.has(addressKey(node)))
    return all.slice(0, keptNodesMax).map(({ host, port }) => ({ host, port }))
  }

  search(infoHash: Uint8Array, port: number | undefined, reports: SearchReports): () => void {
    let isOver = false
    const end = () => {
      isOver = true
      stopListening()
      giveUp()
    }
    /** No node is asked any more: what has been asked may still answer. */
    let giveUp = () => {}
    const stopListening = this.#listen(infoHash, (peers) => {
      if (!isOver) reports.found(peers)
    })
    const run = async () => {
      const opened = await this.#opening
      const { client } = opened
      if (client.nodes.count() === 0 && !this.#destroyed) await this.#enter(opened)
      if (isOver) return
      if (this.#destroyed) throw new Error('our node of the DHT was destroyed')
      const nodes = await settled((done) => {
        giveUp = client.lookup(infoHash, done)
      })
      if (isOver) return
      if (nodes === 0) throw new Error(this.#whyNobody())
      reports.lookedUp(nodes)
      if (isOver || port === undefined) return { nodes, announced: 0 }
      // Nobody may want to hear it; the peers were found all the same.
      const announced = await settled((done) => client.announce(infoHash, port, done)).catch(() => 0)
      return { nodes, announced }
    }
    run().then(
      (outcome) => {
        if (isOver || !outcome) return
        end()
        reports.done(outcome)
      },
      (error: Error) => {
        if (isOver) return
        end()
        reports.failed(error.message)
      },
    )
    return end
  }

  addNode({ host, port }: Address): void {
    if (!isIPv4(host)) return
    this.#wasNamed = true
    this.#opening.then(
      ({ client }) => {
        if (this.#destroyed) return
        client.addNode({ host, port })
        if (client.nodes.count() > 0) return
        this.#naming ??= this.#untilNode(client).finally(() => {
          this.#naming = undefined
        })
      },
      // Each search tells of it.
      () => undefined,
    )
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroy()
    return this.#destroyed
  }

  async #destroy(): Promise<void> {
    this.#searches.clear()
    for (const end of this.#waits) end()
    const opened = await this.#opening.catch(() => undefined)
    this.#now = undefined
    if (opened) await new Promise<void>((resolve) => opened.client.destroy(resolve))
  }

  async #open(): Promise<Opened> {
    const { clock, datagrams, host, port } = this.#options
    const nodeId = randomBytes(20)
    const guarded = new DhtSocket(clock, nodeId)
    const { default: Client } = await import('bittorrent-dht')
    const socket = await new Promise<DatagramSocket>((resolve, reject) => {
      datagrams.bind({ host, port }, guarded, (bound) => (bound instanceof Error ? reject(bound) : resolve(bound)))
    })
    // Without an empty list it would ask the well-known nodes.
    const client = new Client({ bootstrap: [], nodeId, socket: guarded, ...memory })
    // What it says there is of others' messages; without a listener an `error` would end the process.
    client.on('warning', () => undefined)
    client.on('error', () => undefined)
    client.on('peer', (peer, infoHash) => {
      const told = this.#searches.get(Buffer.from(infoHash).toString('hex'))
      for (const tell of told ?? []) tell({ host: peer.host, port: peer.port })
    })
    guarded.begin(socket)
    const opened = { client, guarded, socket }
    if (!this.#destroyed) {
      this.#now = opened
      this.#enter(opened)
    }
    return opened
  }

  /** Asks the nodes to enter by, until one has answered; then for those that are nearest to us, which makes us known to them. */
  #enter(opened: Opened): Promise<void> {
    this.#entering ??= this.#askEntries(opened).finally(() => {
      this.#entering = undefined
    })
    return this.#entering
  }

  async #askEntries({ client, guarded }: Opened): Promise<void> {
    const { bootstrap, nodes } = this.#options
    if (bootstrap.length + nodes.length === 0) return this.#naming
    const heard = this.#untilNode(client)
    for (const node of nodes) guarded.nodes.check(node)
    for (const entry of bootstrap) this.#resolved(entry, (node) => client.addNode(node))
    await heard
    if (!this.#destroyed && client.nodes.count() > 0) client.lookup(client.nodeId, () => undefined)
  }

  /** Its first address of IPv4. */
  #resolved(entry: Address, done: (address: Address) => void): void {
    this.#options.datagrams.resolve(entry.host, (hosts) => {
      const host = hosts instanceof Error ? undefined : hosts.find((one) => !one.includes(':'))
      this.#unresolved = host === undefined ? entry : undefined
      if (host !== undefined && !this.#destroyed) done({ host, port: entry.port })
    })
  }

  /** Resolves when the table has one more node, or the time for that is over. */
  #untilNode(client: Client): Promise<void> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      const end = () => {
        clock.clearTimeout(timer)
        client.off('node', end)
        this.#waits.delete(end)
        resolve()
      }
      const timer = clock.setTimeout(end, enteringMs)
      client.on('node', end)
      this.#waits.add(end)
    })
  }

  #whyNobody(): string {
    if (this.#unresolved) return `the address of ${this.#unresolved.host} could not be found`
    const { bootstrap, nodes } = this.#options
    return bootstrap.length + nodes.length === 0 && !this.#wasNamed ? 'no node is known to ask' : 'no node has answered'
  }

  /** Tells of the peers of a torrent, those that come in one turn at once. Answers what ends that. */
  #listen(infoHash: Uint8Array, found: (peers: readonly Address[]) => void): () => void {
    const key = Buffer.from(infoHash).toString('hex')
    const all = this.#searches.get(key) ?? new Set()
    this.#searches.set(key, all)
    const known = new Set<string>()
    let batch: Address[] = []
    const tell = (peer: Address) => {
      // Each node that is asked names them.
      if (known.size === searchPeersMax || known.has(addressKey(peer))) return
      known.add(addressKey(peer))
      if (batch.push(peer) > 1) return
      queueMicrotask(() => {
        const peers = batch
        batch = []
        found(peers)
      })
    }
    all.add(tell)
    return () => {
      all.delete(tell)
      if (all.size === 0) this.#searches.delete(key)
    }
  }
}

/** How many nodes have answered. */
const settled = (begin: (done: (error: Error | null, visited?: number) => void) => unknown): Promise<number> =>
  new Promise((resolve, reject) => {
    begin((error, visited = 0) => (error ? reject(error) : resolve(visited)))
  })
