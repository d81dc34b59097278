import { createActor, type EventObject, fromCallback, type InspectionEvent, type Snapshot } from 'xstate'
import { extensionLogic } from '../../../actors/extensions/extension.ts'
import { Layout } from '../../../machines/layout.ts'
import type { TransportInput } from '../../../machines/peer/actions/vocabulary.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import type { PeerEvent } from '../../../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../../../machines/peer/vocabulary/transport-commands.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import { dialing } from '../../../machines/torrent/connections/batching.ts'
import type { Core } from '../../../machines/torrent/core/core.ts'
import type { TorrentInput } from '../../../machines/torrent/core/input.ts'
import { coreLogicWith } from '../../../machines/torrent/core/logic.ts'
import { peerGroupMachine } from '../../../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'
import type { ListenerInput, StorageInput, TickerInput } from '../../../machines/torrent/vocabulary/actor-inputs.ts'
import type { StorageCommand, TorrentInternal, TorrentWish } from '../../../machines/torrent/vocabulary/events.ts'
import type { CoreEvent } from '../../../machines/torrent/vocabulary/news.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { sha1 } from '../../storage/support.ts'

/** Four pieces of two blocks. */
export const layout = new Layout({ pieceLength: 32_768, length: 4 * 32_768 })

/**
 * The torrent chart with actors that note what they are told and do nothing of their own; of a magnet link, it has no layout. `snapshot`: it
 * is restored from that alone.
 */
export function aTorrent(
  input: Partial<TorrentInput> = {},
  {
    isMagnet = false,
    snapshot,
    inspect,
    core = coreLogicWith({ random: seededRandom(1), sha1 }),
  }: {
    readonly isMagnet?: boolean
    readonly snapshot?: Snapshot<unknown>
    readonly inspect?: (seen: InspectionEvent) => void
    readonly core?: ReturnType<typeof coreLogicWith>
  } = {},
) {
  const clock = new SimulatedClock()
  const toStorage: StorageCommand[] = []
  const running = new Set<string>()
  /** By number of the connection: what its socket was told, and how to speak for it. */
  const sockets: { input: TransportInput; told: TransportCommand[]; report(event: PeerEvent): void }[] = []
  const runs = (name: string) => {
    running.add(name)
    return () => void running.delete(name)
  }
  const transport = fromCallback<TransportCommand, TransportInput>(({ input: made, receive, sendBack }) => {
    const told: TransportCommand[] = []
    sockets.push({ input: made, told, report: sendBack })
    receive((command) => told.push(command))
  })
  const actor = createActor(
    torrentMachine.provide({
      actors: {
        core,
        extension: extensionLogic,
        storage: fromCallback<StorageCommand, StorageInput>(({ receive }) =>
          receive((command) => void toStorage.push(command)),
        ),
        listener: fromCallback<EventObject, ListenerInput>(() => runs('listener')),
        ticker: fromCallback<TorrentInternal, TickerInput>(({ input: { owner } }) => {
          owner.send({ type: 'timer.tick', at: clock.now() })
          return runs('ticker')
        }),
        group: peerGroupMachine.provide({ actors: { peer: peerMachine.provide({ actors: { transport } }) } }),
      },
      actions: { refuse: (_, { connection }) => connection.destroy() },
    }),
    {
      clock,
      ...(inspect && { inspect }),
      ...(snapshot && { snapshot }),
      input: snapshot
        ? undefined
        : {
            infoHash: 'ab'.repeat(20),
            ...(!isMagnet && { layout }),
            peerId: 'cd'.repeat(20),
            greeting: {},
            transports: ['memory'],
            random: seededRandom(1),
            sha1,
            at: 0,
            encryption: 'none',
            ...input,
          },
    },
  )
  actor.start()
  const held: Core = actor.getSnapshot().context.core.getSnapshot().context
  return {
    actor,
    clock,
    toStorage,
    running,
    sockets,
    /** What the torrent has, behind its one door. It is for its events to change; tests set up by hand what no short way leads to. */
    core: held,
    /** Tells its core something, as peers, storage, ticker and extensions do. */
    hear: (event: CoreEvent) => actor.getSnapshot().context.core.send(event),
  }
}

const isWish = (event: TorrentWish | CoreEvent): event is TorrentWish => event.type.startsWith('torrent.')

/** Tells a torrent something: a wish of its owner, or what its core receives. */
export const tell = (
  { actor, hear }: Pick<ReturnType<typeof aTorrent>, 'actor' | 'hear'>,
  event: TorrentWish | CoreEvent,
): void => (isWish(event) ? actor.send(event) : hear(event))

/** How it stands, in words: while it runs, as its pieces do, and once it has them all, how it seeds. */
export function stateOf({ actor }: Pick<ReturnType<typeof aTorrent>, 'actor'>): string {
  const { content, life } = actor.getSnapshot().value
  if (typeof life === 'string') return life
  if ('checking' in life) return `checking, ${life.checking.replace('_', ' ')}`
  if (typeof content === 'object') return 'fetching'
  const { unchoking } = life.active
  return content === 'complete' && typeof unchoking === 'object' ? `complete, ${unchoking.seeding}` : content
}

/** What a socket was told to send, by the name of the message. */
export const sent = (told: readonly TransportCommand[], type: TransportCommand['type']) =>
  told.filter((command) => command.type === type)

/** A torrent that downloads, with some pieces of its own. */
export function downloading(have: readonly number[] = [], input: Partial<TorrentInput> = {}) {
  const torrent = aTorrent(input)
  torrent.actor.send({ type: 'torrent.start' })
  torrent.hear({ type: 'storage.checked', have: piecesOf(have) })
  return torrent
}

/** Dials a peer and speaks for it until the connection is open and its pieces are known; of `silent`, until it is open. */
export function meet(
  torrent: ReturnType<typeof aTorrent>,
  host: string,
  pieces: readonly number[] | 'silent',
  { fast = true, port = 6881, name = host } = {},
) {
  const dialled = torrent.sockets.length
  torrent.actor.send({ type: 'torrent.add_peer', address: { host, port } })
  if (torrent.sockets.length === dialled) torrent.clock.advance(dialing.pauseMs)
  if (torrent.sockets.length === dialled) torrent.hear({ type: 'timer.tick', at: torrent.core.now })
  const socket = torrent.sockets.at(-1)
  if (socket === undefined) throw new Error(`${host} was not dialled`)
  const record = [...torrent.core.swarm.peers.values()].at(-1)
  if (record === undefined) throw new Error(`${host} is not known`)
  const features = { extended: false, fast, dht: false }
  socket.report({ type: 'transport.opened' })
  socket.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
  socket.report({ type: 'wire.peer_id', peerId: Buffer.from(name.padEnd(20, '-')).toString('hex') })
  if (pieces !== 'silent') socket.report({ type: 'wire.bitfield', bits: piecesOf(pieces).toBits() })
  return { ...socket, record }
}

/** A set of pieces of the four. */
export const piecesOf = (indexes: readonly number[]): PieceSet =>
  indexes.reduce((set, index) => set.with(index), PieceSet.none(layout.pieceCount))
