/** What is used of bittorrent-dht 11, which has no types of its own. */
declare module 'bittorrent-dht' {
  import type { EventEmitter } from 'node:events'

  interface DhtNode {
    readonly id?: Uint8Array
    readonly host: string
    readonly port: number
  }

  interface Options {
    /** 20 bytes. Default: random ones. */
    nodeId?: Uint8Array
    /** Asked where the table names too few nodes. Left out, well-known ones are. */
    bootstrap?: readonly DhtNode[]
    /** Takes the place of a socket of `node:dgram`. */
    socket?: EventEmitter
    maxTables?: number
    maxValues?: number
    maxPeers?: number
  }

  interface Events {
    peer: [peer: DhtNode, infoHash: Uint8Array]
    node: [node: DhtNode]
    warning: [error: Error]
    error: [error: Error]
  }

  /** A node of the DHT. */
  export default class Client {
    readonly nodes: { toArray(): readonly DhtNode[]; count(): number }
    constructor(options: Options)
    readonly nodeId: Uint8Array
    off<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this
    on<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this
    /** `done` comes once, unless the node is destroyed before; `visited`: how many nodes have answered. Answers what gives it up. */
    lookup(infoHash: Uint8Array, done: (error: Error | null, visited?: number) => void): () => void
    announce(infoHash: Uint8Array, port: number, done: (error: Error | null, visited?: number) => void): void
    /** One without an id is asked for it first. */
    addNode(node: DhtNode): void
    destroy(done: () => void): void
  }
}
