import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { utpTransport } from '../../actors/utp-transport.ts'
import type { PieceSet } from '../../machines/piece-set.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import type { Transport } from '../../transport/transport.ts'
import type { SimulatedHost } from '../network/network.ts'
import type { Announcer } from './announcer.ts'
import { Digest } from './digest.ts'
import { Disk } from './disk.ts'
import { ProcessClock } from './process-clock.ts'
import { type Entry, isDownloader, isHonest } from './roster.ts'
import type { Group } from './scenario.ts'
import { purposes, seedOf } from './seeds.ts'
import { counted, Tally } from './tally.ts'
import { memberPort, trackerUrl } from './tracker.ts'
import type { World } from './world.ts'

/** What a process has left behind. */
export interface Remains {
  readonly timers: number
  readonly connections: number
}

/** One member of the swarm: a host, a disk, and while it is there a process with a torrent of ours. */
export class Member {
  readonly number: number
  readonly group: Group
  readonly host: SimulatedHost
  readonly announcer: Announcer
  readonly disk: Disk
  readonly tally = new Tally()
  /** Of what it does and of what happens to it. */
  readonly digest = new Digest()
  readonly #world: World
  #run = 0
  #process:
    | {
        readonly torrent: Torrent
        readonly clock: ProcessClock
        readonly connections: { readonly count: number }
        kill(): void
      }
    | undefined
  /** Bytes of the processes before this one: payload, and what they were given and could not use. */
  #before = { downloaded: 0, uploaded: 0, corrupt: 0, wasted: 0 }

  constructor({ number, group }: Entry, host: SimulatedHost, announcer: Announcer, has: PieceSet, world: World) {
    this.number = number
    this.group = group
    this.host = host
    this.announcer = announcer
    this.disk = new Disk(world.content, has)
    this.#world = world
  }

  get name(): string {
    return this.host.name
  }

  get isHonest(): boolean {
    return isHonest(this.group)
  }

  /** It wants what it has not. */
  get isDownloader(): boolean {
    return isDownloader(this.group)
  }

  /** Undefined while it is away. */
  get torrent(): Torrent | undefined {
    return this.#process?.torrent
  }

  /** Connections of its process that are not over, those that dial included. */
  get connections(): number {
    return this.#process?.connections.count ?? 0
  }

  /** Actors of peers in its process. */
  get peers(): number {
    return this.torrent?.actor.getSnapshot().context.core.getSnapshot().context.swarm.peers.size ?? 0
  }

  /** Payload bytes of all its processes. */
  get downloaded(): number {
    return this.#before.downloaded + (this.torrent?.progress.downloaded ?? 0)
  }

  get uploaded(): number {
    return this.#before.uploaded + (this.torrent?.progress.uploaded ?? 0)
  }

  /** What all its processes were given and could not use: of pieces that failed their hash, and of blocks that came twice or too late. */
  get spoilt(): { readonly corrupt: number; readonly wasted: number } {
    const { corrupt = 0, wasted = 0 } = this.torrent?.progress ?? {}
    return { corrupt: this.#before.corrupt + corrupt, wasted: this.#before.wasted + wasted }
  }

  /** Its process begins. Throws an Error while there is one. */
  start(): void {
    if (this.#process) throw new Error(`${this.name} runs already`)
    const world = this.#world
    const { group } = this
    const random = seededRandom(seedOf(world.seed, purposes.process, this.number, this.#run++))
    const clock = new ProcessClock(world.clock, () => world.stirred(this))
    const { lies = 1 } = group
    const connections = { count: 0 }
    let isChecked = false
    const isWrong = group.role === 'liar' ? () => isChecked && (lies === 1 || random() < lies) : undefined
    const disk = this.disk.open(isWrong)
    const encryption = group.encryption ?? 'none'
    const torrent = createTorrent({
      metainfo: world.content.metainfo,
      store: disk.store,
      resume: world.comesBack(group) ? disk.resume : undefined,
      transport: counted(this.#transport(clock, random), {
        tally: this.tally,
        isPlain: encryption === 'none',
        changed: (by) => {
          connections.count += by
        },
        wrote: (_, byteCount) => this.digest.note(world.clock.now(), byteCount),
      }),
      listen: { host: this.name, port: memberPort },
      clock,
      random,
      randomBytes: randomBytesFrom(random),
      encryption,
      trackers: [trackerUrl],
      trackerNetwork: this.announcer.networkAt(this.name),
      ...(group.superSeed && { superSeed: true }),
      ...(group.slots !== undefined && { slots: group.slots }),
      ...(group.maxPeers !== undefined && { maxPeers: group.maxPeers }),
      ...(group.role === 'free_rider' && { choker: () => [] }),
    })
    torrent.on('verified', () => {
      isChecked = true
    })
    this.#process = {
      torrent,
      clock,
      connections,
      kill: () => {
        disk.kill()
        torrent.actor.stop()
        clock.kill()
        this.announcer.forget()
      },
    }
    world.began(this, torrent)
    torrent.start()
  }

  /** Its process ends in good order. Resolves when that is done, to what is left of it at any time later; undefined where it was killed meanwhile. */
  async leave(): Promise<(() => Remains) | undefined> {
    const process = this.#process
    if (!process) return undefined
    await process.torrent.stop()
    if (this.#process !== process) return undefined
    this.#end(process.torrent)
    return () => ({ timers: process.clock.pending, connections: process.connections.count })
  }

  /** Its process is killed. */
  kill(): void {
    const process = this.#process
    if (!process) return
    this.#end(process.torrent)
    process.kill()
  }

  #end({ progress }: Torrent): void {
    this.#before.downloaded += progress.downloaded
    this.#before.uploaded += progress.uploaded
    this.#before.corrupt += progress.corrupt
    this.#before.wasted += progress.wasted
    this.#process = undefined
  }

  #transport(clock: ProcessClock, random: () => number): Transport {
    if (this.group.transport !== 'utp') return this.host.tcp
    return utpTransport({ datagrams: this.host.udp, clock, random })
  }
}
