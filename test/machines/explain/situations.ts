import bencode from 'bencode'
import { createPeer } from '../../../actors/peer.ts'
import type { Torrent } from '../../../actors/torrent.ts'
import { explain } from '../../../machines/explain/explain.ts'
import type { Explanation, ReasonCode } from '../../../machines/explain/reasons.ts'
import type { PeerRef } from '../../../machines/peer/vocabulary/events.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import type { ChunkStore } from '../../../storage/store.ts'
import { around } from '../../../testing/around.ts'
import type { ScriptedRemote } from '../../../testing/remote/scripted-remote.ts'
import { diskFull, failingStore, heldStore, readOnlyStore } from '../../../testing/stores.ts'
import type { Clock } from '../../../transport/clock.ts'
import { createMemoryNetwork } from '../../../transport/memory.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { WebSeedNetwork } from '../../../transport/web-seed/network.ts'
import type { Message } from '../../../transport/wire/messages.ts'
import { answerTo, listenRaw, type Script, seederThat } from '../../hostile/raw-peer.ts'
import { handshakeOf, meet, meetOpen } from '../../hostile/remote.ts'
import { contentOf, createPair, everything, torrent } from '../../pair.ts'
import { hashPieces } from '../../storage/support.ts'
import {
  addressOf,
  createSwarm,
  type Member,
  type MemberOptions,
  nobody,
  type SwarmOptions,
} from '../../swarm/swarm.ts'
import { incoming } from '../peer/drive.ts'

/** A peer, or a torrent, that does nothing for one reason. */
export interface Situation {
  readonly clock: Clock
  readonly explain: () => Explanation
  /** When it came about. */
  readonly since: number
  /** Makes happen what ends it; absent where nothing does. */
  readonly free?: () => void | Promise<void>
  readonly end?: () => void | Promise<void>
}

const block = { index: 0, begin: 0, length: 16_384 }
const requests: Message = { name: 'request', requests: [block] }

/** An open peer that stands alone, beside a remote, 5 s after `prepare`. */
function alone(
  prepare: (encounter: ReturnType<typeof meetOpen>) => void,
  free: (encounter: ReturnType<typeof meetOpen>) => void,
  passedMs = 5_000,
): Situation {
  const encounter = meetOpen({ have: everything })
  const { clock, us } = encounter
  clock.advance(3_000)
  prepare(encounter)
  const since = clock.now()
  clock.advance(passedMs)
  return { clock, since, explain: () => us.peer.explain(), free: () => free(encounter), end: () => us.peer.stop() }
}

/** As `alone`, and the state is that of the beginning. */
const fromTheBeginning = (situation: Situation): Situation => ({ ...situation, since: 1 })

/** A torrent that has just been brought into it. */
interface TorrentSituation {
  readonly options?: SwarmOptions
  readonly member?: MemberOptions
  /** Default: starts everybody and lets 5 s pass. */
  readonly prepare?: (scene: Scene) => void | Promise<void>
  readonly since?: number
  readonly of?: (torrent: Torrent) => Explanation
  readonly free?: (scene: Scene) => void | Promise<void>
}

interface Scene {
  readonly swarm: ReturnType<typeof createSwarm>
  readonly member: Member
  readonly raw: readonly (readonly ScriptedRemote[])[]
}

async function ofTorrent(
  { options, member: wishes, prepare, since = 0, of, free }: TorrentSituation,
  scripts: (swarm: Scene['swarm']) => readonly Script[] = () => [],
): Promise<Situation> {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 10, ...options })
  const raw = scripts(swarm).map((script, i) => listenRaw(swarm, `raw${i}`, script))
  const member = swarm.add('a', { knows: raw.map((_, i) => `raw${i}`), ...wishes })
  const scene = { swarm, member, raw }
  if (prepare) await prepare(scene)
  else {
    swarm.start()
    await swarm.pass(5_000)
  }
  const { torrent: handle } = member
  return {
    clock: swarm.clock,
    since,
    explain: () => (of ? of(handle) : handle.explain()),
    ...(free && { free: () => free(scene) }),
    end: () => swarm.stop(),
  }
}

/** The peer of a torrent, asked by itself. */
function firstPeer({ actor }: Torrent): PeerRef {
  for (const { ref } of actor.getSnapshot().context.core.getSnapshot().context.swarm.peers.values()) if (ref) return ref
  throw new Error('no peer is there')
}

/** A store that answers no question before it is told to. */
function slow(): { through: (store: ChunkStore) => ChunkStore; release: () => void } {
  let isHeld = true
  const waiting: (() => void)[] = []
  return {
    through: (store) =>
      around(store, {
        get: (...args) => void (isHeld ? waiting.push(() => store.get(...args)) : store.get(...args)),
      }),
    release: () => {
      isHeld = false
      for (const next of waiting.splice(0)) next()
    },
  }
}

const newcomer: Script = { greets: [{ name: 'have_none' }, { name: 'interested' }] }

/** Has nothing, and asks for a block as soon as it may, after 3 s. */
const silent: Script = seederThat(() => {})
const resume = ({ member, swarm }: Scene) => {
  member.torrent.resume()
  return swarm.pass(1_000)
}

/** One piece of two blocks, of which one remote spoils the first and the other delivers the second, attempt by attempt. */
function poisoned(): (swarm: Scene['swarm']) => readonly Script[] {
  let attempts = 0
  return (swarm) =>
    [0, 16_384].map((own) =>
      seederThat((request, self) => {
        if (request.begin !== own || attempts >= 4) return
        attempts++
        const answer = answerTo(swarm, request)
        if (own === 0 && answer.name === 'piece') answer.blocks[0]?.data.fill(0)
        self.say(answer)
      }),
    )
}

const largePieceLength = 1024 * 1024

/** More than may wait for the disk, in pieces that are hashed in one go. */
function large() {
  const data = new Uint8Array(80 * largePieceLength)
  const info = {
    name: 'large',
    'piece length': largePieceLength,
    pieces: hashPieces(data, largePieceLength),
    length: data.length,
  }
  return { metainfo: parseMetainfo(bencode.encode({ info })), data }
}

/** How each reason comes about, with real actors. */
export const situations: Readonly<Record<ReasonCode, () => Situation | Promise<Situation>>> = {
  stopped: () =>
    ofTorrent({
      prepare: ({ swarm }) => swarm.pass(5_000),
      free: ({ swarm }) => {
        swarm.start()
        return swarm.pass(1)
      },
    }),
  checking: () => {
    const disk = slow()
    return ofTorrent({
      member: { through: disk.through },
      since: 2_000,
      async prepare({ swarm }) {
        await swarm.pass(2_000)
        swarm.start()
        await swarm.pass(5_000)
      },
      free({ swarm }) {
        disk.release()
        return swarm.pass(1_000)
      },
    })
  },
  paused: () =>
    ofTorrent({
      since: 5_000,
      async prepare({ member, swarm }) {
        swarm.start()
        await swarm.pass(5_000)
        member.torrent.pause()
        await swarm.pass(5_000)
      },
      free: resume,
    }),
  stopping: () =>
    ofTorrent(
      {
        since: 5_000,
        async prepare({ member, raw, swarm }) {
          swarm.start()
          await swarm.pass(5_000)
          raw[0]?.[0]?.connection.pause()
          void member.torrent.stop()
          await swarm.pass(2_000)
        },
        free: ({ swarm }) => swarm.pass(5_000),
      },
      () => [silent],
    ),
  failed: () => {
    const disk = { isFull: true }
    return ofTorrent({
      member: {
        knows: ['seed'],
        through: (store) =>
          failingStore(store, (operation) => (operation === 'put' && disk.isFull ? diskFull() : null)),
      },
      async prepare({ member, swarm }) {
        swarm.add('seed', { has: 'all' })
        swarm.start()
        await swarm.until(() => member.emittedOf('failed').length > 0, 5_000)
        await swarm.pass(5_000)
      },
      free({ member, swarm }) {
        disk.isFull = false
        member.torrent.start()
        return swarm.pass(1_000)
      },
    })
  },
  fetching_metadata: () =>
    ofTorrent({
      member: { magnet: true },
      async free({ member, swarm }) {
        swarm.add('b', { has: 'all' }).torrent.start()
        member.torrent.addPeer(addressOf('b'))
        await swarm.until(() => member.state === 'seeding', 60_000)
      },
    }),
  no_addresses: () =>
    ofTorrent({
      free({ member, swarm }) {
        member.torrent.addPeer(addressOf('b'))
        return swarm.pass(100)
      },
    }),
  addresses_banned: () => {
    const blacklist = new Blacklist()
    blacklist.add(addressOf('liar'))
    return ofTorrent({
      member: { knows: ['liar'], blacklist },
      free({ member, swarm }) {
        member.torrent.addPeer(addressOf('b'))
        return swarm.pass(100)
      },
    })
  },
  addresses_waiting: () =>
    ofTorrent({
      member: { knows: ['nobody'] },
      since: 1_000,
      async prepare({ swarm }) {
        swarm.start()
        await swarm.pass(4_500)
      },
      async free({ swarm, member }) {
        swarm.add('nobody').torrent.start()
        await swarm.until(() => member.torrent.progress.peers === 1, 60_000)
        await swarm.pass(1_000)
      },
    }),
  no_place: () =>
    ofTorrent(
      {
        member: { maxPeers: 1 },
        async free({ raw, swarm }) {
          raw[0]?.[0]?.connection.destroy()
          raw[1]?.[0]?.connection.destroy()
          await swarm.pass(100)
        },
      },
      () => [silent, silent],
    ),
  no_open_connection: () =>
    ofTorrent({
      member: { knows: ['mute'] },
      async prepare({ swarm }) {
        const handler = { opened() {}, data() {}, drained() {}, closed() {} }
        void swarm.network.transport('mute').listen(addressOf('mute'), (connection) => connection.open(handler))
        swarm.start()
        await swarm.pass(5_000)
      },
      async free({ member, swarm }) {
        swarm.add('b').torrent.start()
        member.torrent.addPeer(addressOf('b'))
        await swarm.pass(1_000)
      },
    }),
  no_web_seed: () => {
    const blacklist = new Blacklist()
    blacklist.add({ host: '203.0.113.1', port: 80 })
    const webSeedNetwork: WebSeedNetwork = {
      openLane: () => ({ get: () => ({ pause() {}, resume() {}, destroy() {} }), close() {} }),
      resolve: () => {},
    }
    return ofTorrent({
      member: { webSeeds: ['http://203.0.113.1/'], webSeedNetwork, blacklist },
      free({ swarm }) {
        blacklist.clear()
        return swarm.pass(2_000)
      },
    })
  },
  pieces_unavailable: () =>
    ofTorrent(
      {
        async free({ raw, swarm }) {
          raw[0]?.[0]?.say({ name: 'have', index: 0 })
          await swarm.pass(1_000)
        },
      },
      () => [{ greets: [{ name: 'have_none' }] }],
    ),
  reader_waits: () =>
    ofTorrent(
      {
        async prepare({ member, swarm }) {
          // It is over with an error when everything is stopped.
          member.torrent.files[0]?.stream().on('error', () => {})
          swarm.start()
          await swarm.pass(5_000)
        },
        async free({ raw, swarm }) {
          raw[0]?.[0]?.say({ name: 'have', index: 0 })
          await swarm.pass(1_000)
        },
      },
      () => [{ greets: [{ name: 'have_none' }, { name: 'have', index: 1 }] }],
    ),
  connecting: () => {
    const clock = new SimulatedClock()
    clock.advance(3_000)
    const transport = createMemoryNetwork({ clock, random: () => 0.5, latencyMs: 5_000 }).transport('10.0.0.1')
    const to = { host: '10.0.0.2', port: 1 }
    const peer = createPeer({ ...torrent, clock, transport, to })
    clock.advance(1_000)
    return { clock, since: 3_000, explain: () => peer.explain(), free: () => void clock.advance(20_000) }
  },
  negotiating: () => {
    const { clock, us } = meet({ direction: 'out', encryption: 'required' })
    clock.advance(2_000)
    return { clock, since: 0, explain: () => us.peer.explain(), free: () => void clock.advance(5_000) }
  },
  handshaking: () => {
    const { clock, us, remote } = meet({ direction: 'out', encryption: 'none' })
    clock.advance(2_000)
    const free = () => {
      remote.greet()
      clock.advance(1)
    }
    return { clock, since: 0, explain: () => us.peer.explain(), free, end: () => us.peer.stop() }
  },
  awaiting_adoption: () => {
    const clock = new SimulatedClock()
    const to = { remote: { host: '192.0.2.1', port: 6881 }, direction: 'in', write: () => undefined } as const
    const peer = createPeer({ clock, encryption: 'none', to })
    clock.advance(2_500)
    peer.onData(handshakeOf())
    clock.advance(2_000)
    const free = () => peer.setTorrent(torrent)
    return { clock, since: 0, explain: () => peer.explain(), free, end: () => peer.stop() }
  },
  awaiting_admission: () => {
    const clock = new SimulatedClock()
    const peer = incoming({ known: true })
    peer.take(
      { type: 'transport.opened', at: 2_000 },
      { type: 'wire.info_hash', infoHash: 'aa'.repeat(20), features: { extended: true, fast: true, dht: false } },
      { type: 'wire.peer_id', peerId: '22'.repeat(20) },
    )
    const free = () => void peer.take({ type: 'torrent.admit' })
    return { clock, since: 2_000, explain: () => explain(peer.snapshot), free }
  },
  handshake_only: () => {
    const { clock, us, remote } = meet({ protocol: 'handshake' })
    remote.greet()
    clock.advance(5_000)
    return {
      clock,
      since: 0,
      explain: () => us.peer.explain(),
      free: () => us.peer.setProtocol('full'),
      end: () => us.peer.stop(),
    }
  },
  closed: () => {
    const { clock, us } = meetOpen()
    clock.advance(5_000)
    us.peer.stop()
    clock.advance(1_000)
    return { clock, since: 5_000, explain: () => us.peer.explain() }
  },
  metadata_unknown: () =>
    ofTorrent(
      {
        member: { magnet: true },
        of: (handle) => explain(firstPeer(handle)),
        async free({ member, swarm }) {
          swarm.add('b', { has: 'all' }).torrent.start()
          member.torrent.addPeer(addressOf('b'))
          await swarm.until(() => member.torrent.metainfo !== undefined, 60_000)
          await swarm.pass(100)
        },
      },
      () => [{ greets: [{ name: 'have_none' }] }],
    ),
  complete: () => ofTorrent({ member: { has: 'all' } }),
  selection_complete: () =>
    ofTorrent({
      member: { has: [0, 2], files: () => 'skip' },
      async free({ member, swarm }) {
        member.torrent.select({ 0: 'normal' })
        await swarm.pass(1_000)
      },
    }),
  read_only: () => ofTorrent({ member: { has: [0, 2], through: readOnlyStore } }),
  data_lost: () => {
    const disk = { isBroken: false }
    return ofTorrent(
      {
        member: {
          has: 'all',
          through: (store) => failingStore(store, () => (disk.isBroken ? new Error('gone') : null)),
        },
        async prepare({ raw, swarm }) {
          swarm.start()
          await swarm.pass(3_000)
          disk.isBroken = true
          raw[0]?.[0]?.say(requests)
          await swarm.pass(2_000)
        },
        since: 3_000,
        async free({ member, swarm }) {
          disk.isBroken = false
          member.torrent.recheck()
          await swarm.pass(1_000)
        },
      },
      () => [newcomer],
    )
  },
  pieces_unknown: () =>
    fromTheBeginning(
      alone(
        () => {},
        ({ clock, remote }) => {
          remote.say({ name: 'have_none' })
          clock.advance(1)
        },
      ),
    ),
  nothing_wanted: () =>
    fromTheBeginning(
      alone(
        ({ remote }) => remote.say({ name: 'have_none' }),
        ({ us }) => us.peer.interested(),
      ),
    ),
  choked: () =>
    alone(
      ({ clock, remote, us }) => {
        remote.say({ name: 'have_all' }, { name: 'unchoke' })
        us.peer.interested()
        clock.advance(2_000)
        remote.say({ name: 'choke' })
      },
      ({ clock, remote }) => {
        remote.say({ name: 'unchoke' })
        clock.advance(1)
      },
    ),
  snubbed: () => ({
    ...alone(
      ({ clock, remote, us }) => {
        us.peer.on('peer.released', () => us.peer.request(block.index, block.begin, block.length))
        remote.say({ name: 'have_all' }, { name: 'unchoke' })
        us.peer.interested()
        clock.advance(1)
        us.peer.request(block.index, block.begin, block.length)
      },
      ({ clock, remote }) => {
        remote.say({ name: 'piece', blocks: [contentOf(block)] })
        clock.advance(1)
      },
      25_000,
    ),
    since: 23_000,
  }),
  awaiting_blocks: () =>
    alone(
      ({ clock, remote, us }) => {
        remote.say({ name: 'have_all' }, { name: 'unchoke' })
        us.peer.interested()
        clock.advance(1)
        us.peer.request(block.index, block.begin, block.length)
      },
      ({ clock, remote }) => {
        remote.say({ name: 'piece', blocks: [contentOf(block)] })
        clock.advance(1)
      },
    ),
  download_limited: () =>
    alone(
      ({ clock, remote, us }) => {
        remote.say({ name: 'have_all' }, { name: 'unchoke' })
        us.peer.interested()
        clock.advance(1)
        us.peer.setLimits({ down: 500 })
        for (const begin of [0, 16_384]) us.peer.request(0, begin, 16_384)
        for (const begin of [0, 16_384]) remote.say({ name: 'piece', blocks: [contentOf({ ...block, begin })] })
      },
      ({ clock, us }) => {
        us.peer.setLimits({ down: undefined })
        clock.advance(2_000)
      },
    ),
  refused: () =>
    ofTorrent(
      {
        async free({ swarm, raw }) {
          raw[0]?.[0]?.say({ name: 'choke' })
          await swarm.pass(6_000)
        },
      },
      () => [seederThat((request, self) => self.say({ name: 'reject_request', requests: [request] }))],
    ),
  disk_backlog: () => {
    let release = () => {}
    return ofTorrent({
      options: { torrent: large() },
      member: {
        knows: ['b'],
        through(store) {
          const disk = heldStore(store)
          release = disk.release
          return disk.store
        },
      },
      since: 1_000,
      async prepare({ swarm }) {
        swarm.add('b', { has: 'all' })
        swarm.start()
        await swarm.pass(5_000)
      },
      async free({ swarm }) {
        for (let piece = 0; piece < 80; piece++) {
          release()
          await swarm.pass(10)
        }
      },
    })
  },
  on_parole: () =>
    ofTorrent(
      {
        options: { pieces: 1, blocksPerPiece: 2 },
        async free({ raw, swarm }) {
          for (const connections of raw) connections[0]?.connection.destroy()
          await swarm.pass(100)
        },
      },
      poisoned(),
    ),
  all_requested: () =>
    ofTorrent(
      {
        options: { pieces: 1, blocksPerPiece: 1 },
        async free({ raw, swarm }) {
          for (const connections of raw) connections[0]?.connection.destroy()
          await swarm.pass(100)
        },
      },
      () => [silent, silent, silent, silent, silent],
    ),
  not_asked: () =>
    alone(
      ({ clock, remote, us }) => {
        remote.say({ name: 'have_all' }, { name: 'unchoke' })
        us.peer.interested()
        clock.advance(1)
      },
      ({ us }) => us.peer.request(block.index, block.begin, block.length),
    ),
  nothing_to_offer: () =>
    ofTorrent({
      async free({ member, swarm }) {
        swarm.add('b', { has: 'all' }).torrent.start()
        member.torrent.addPeer(addressOf('b'))
        await swarm.until(() => member.torrent.progress.pieces > 0)
        await swarm.pass(1_000)
      },
    }),
  congested: () =>
    alone(
      ({ clock, remote, us }) => {
        us.peer.unchoke()
        remote.connection.pause()
        for (let i = 0; i < 60; i++) remote.say(requests, requests)
        clock.advance(1)
      },
      ({ clock, remote }) => {
        remote.connection.resume()
        clock.advance(2_000)
      },
    ),
  upload_limited: () =>
    alone(
      ({ clock, remote, us }) => {
        us.peer.setLimits({ up: 500 })
        us.peer.unchoke()
        for (let i = 0; i < 5; i++) remote.say(requests)
        clock.advance(1)
      },
      ({ clock, us }) => {
        us.peer.setLimits({ up: undefined })
        clock.advance(2_000)
      },
    ),
  awaiting_disk: () => {
    const { accepter, clock, dialler, settle } = createPair({ accepter: { have: everything }, readMs: () => 5_000 })
    settle()
    accepter.peer.unchoke()
    settle()
    dialler.peer.request(block.index, block.begin, block.length)
    settle()
    return {
      clock,
      since: 4_000,
      explain: () => accepter.peer.explain(),
      free: () => settle(5_000),
      end: () => accepter.peer.stop(),
    }
  },
  remote_complete: () =>
    alone(
      ({ remote }) => remote.say({ name: 'have_all' }),
      ({ us }) => us.peer.actor.send({ type: 'torrent.note_dont_have', index: 0 }),
    ),
  super_seeding_wait: () =>
    ofTorrent(
      {
        member: { has: 'all', superSeed: true },
        since: 5_000,
        async prepare({ raw, swarm }) {
          swarm.start()
          await swarm.pass(5_000)
          const one = raw[0]?.[0]
          for (const message of one?.heard ?? []) {
            if (message.name === 'have') one?.say({ name: 'have', index: message.index })
          }
          one?.say({ name: 'not_interested' })
          await swarm.pass(2_000)
        },
        async free({ member, swarm }) {
          member.torrent.setSuperSeed(false)
          await swarm.pass(2_000)
        },
      },
      () => [newcomer, newcomer],
    ),
  not_interested: () =>
    fromTheBeginning(
      alone(
        () => {},
        ({ clock, remote }) => {
          remote.say({ name: 'interested' })
          clock.advance(1)
        },
      ),
    ),
  choking: () =>
    fromTheBeginning(
      alone(
        ({ remote }) => remote.say({ name: 'interested' }),
        ({ us }) => us.peer.unchoke(),
      ),
    ),
  not_asking: () =>
    alone(
      ({ remote, us }) => {
        remote.say({ name: 'interested' })
        us.peer.unchoke()
      },
      ({ clock, remote }) => {
        remote.say(requests)
        clock.advance(1)
      },
    ),
}

/** A torrent that chokes everybody, and one that wants something of it, after a choke round. */
export const choker = (): Promise<Situation> =>
  ofTorrent(
    {
      member: { has: 'all', choker: nobody },
      async prepare({ swarm }) {
        swarm.start()
        await swarm.pass(12_000)
      },
    },
    () => [newcomer],
  )
