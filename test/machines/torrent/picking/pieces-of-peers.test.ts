import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { isOpen } from '../../../../machines/peer/selectors.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { dialing } from '../../../../machines/torrent/connections/batching.ts'
import type { PeerRecord } from '../../../../machines/torrent/peers/peer-table.ts'
import { aTorrent } from '../a-torrent.ts'
import { seededRandom } from '../random.ts'

/** More than are counted in one word, and each a block. */
const pieces = 37
const layout = new Layout({ pieceLength: 16_384, length: pieces * 16_384 })

type Torrent = ReturnType<typeof aTorrent>

/** A torrent, and what may happen to it and its peers; chance says to which and how. */
class World {
  readonly torrent: Torrent = aTorrent({ layout })
  readonly random: () => number
  #hosts = 0
  #answered = 0

  constructor(seed: number) {
    this.random = seededRandom(seed)
    this.torrent.actor.send({ type: 'torrent.start' })
    this.torrent.hear({ type: 'storage.checked', have: this.some(0.2) })
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  some(share: number): PieceSet {
    let set = PieceSet.none(pieces)
    for (let index = 0; index < pieces; index++) if (this.random() < share) set = set.with(index)
    return set
  }

  /** One that is new, with or without the Fast extension, that says which pieces it has or nothing; of most the host was there before. */
  connect(): void {
    const { actor, clock, sockets } = this.torrent
    const host = `10.0.0.${this.random() < 0.3 ? this.#hosts++ : this.below(this.#hosts + 1)}`
    const before = sockets.length
    actor.send({ type: 'torrent.add_peer', address: { host, port: 1 + this.below(3) } })
    if (sockets.length === before) clock.advance(dialing.pauseMs)
    const socket = sockets[before]
    if (!socket) return
    socket.report({ type: 'transport.opened' })
    const features = { extended: false, fast: this.random() < 0.7, dht: false }
    socket.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
    socket.report({ type: 'wire.peer_id', peerId: before.toString(16).padStart(40, '0') })
    if (this.random() < 0.8) socket.report({ type: 'wire.bitfield', bits: this.some(this.random()).toBits() })
  }

  /** A connection that was made, be it over. */
  any(): { readonly record: PeerRecord; report(event: PeerEvent): void } | undefined {
    const records = [...this.torrent.core.swarm.peers.values()]
    const record = records[this.below(records.length)]
    const socket = record && this.torrent.sockets[record.peer]
    return record && socket && { record, report: socket.report }
  }

  /** Peers unchoke us and give what they were asked for. */
  deliver(): void {
    const one = this.any()
    one?.report({ type: 'wire.unchoke' })
    if (!one?.record.isMember) return
    for (const { index, begin, length } of this.torrent.core.picker.requestsOf(one.record.peer)) {
      if (this.random() < 0.5) continue
      one.report({ type: 'wire.piece', blocks: [{ index, begin, data: new Uint8Array(length) }], at: 0 })
    }
  }

  /** The disk says what became of pieces that came. */
  judge(): void {
    const { hear, toStorage } = this.torrent
    for (const command of toStorage.slice(this.#answered)) {
      if (command.type !== 'storage.verify') continue
      const { data, index } = command
      hear({ type: this.random() < 0.7 ? 'storage.verified' : 'storage.corrupt', index, data, digests: ['a'] })
    }
    this.#answered = toStorage.length
  }

  /** Of each piece, how many peers the picker counts, and how many say that they have it. */
  counts(): { readonly counted: number[]; readonly said: number[] } {
    const { picker, swarm } = this.torrent.core
    const views = [...swarm.peers.values()].flatMap(({ ref }) => ref?.getSnapshot() ?? [])
    const open = views.filter((view) => view.status === 'active' && isOpen(view))
    const all = Array.from({ length: pieces }, (_, index) => index)
    return {
      counted: all.map((index) => picker.availability(index)),
      said: all.map((index) =>
        picker.isComplete ? 0 : open.filter(({ context }) => context.pieces.has(index)).length,
      ),
    }
  }
}

const steps = {
  connect: (world) => world.connect(),
  have: (world) => world.any()?.report({ type: 'wire.have', index: world.below(pieces) }),
  'have beyond the last': (world) => world.any()?.report({ type: 'wire.have', index: pieces }),
  bitfield: (world) => world.any()?.report({ type: 'wire.bitfield', bits: world.some(world.random()).toBits() }),
  'have all': (world) => world.any()?.report({ type: 'wire.have_all' }),
  'have none': (world) => world.any()?.report({ type: 'wire.have_none' }),
  'noted pieces': (world) => world.any()?.record.ref?.send({ type: 'torrent.note_pieces', pieces: world.some(0.5) }),
  'dont have': (world) => world.any()?.record.ref?.send({ type: 'torrent.note_dont_have', index: world.below(pieces) }),
  deliver: (world) => world.deliver(),
  judge: (world) => world.judge(),
  lose: (world) =>
    world.torrent.hear({ type: 'storage.lost', pieces: world.some(0.1), isThere: false, message: 'it is gone' }),
  leave: (world) => world.any()?.report({ type: 'transport.closed', end: { code: 'end' } }),
  violation: (world) => world.any()?.report({ type: 'wire.violation', violation: { code: 'bad_length', detail: '' } }),
  reputation: (world) => world.any()?.record.ref?.send({ type: 'torrent.adjust_reputation', delta: -30 }),
  ban: (world) => {
    const one = world.any()
    if (one) world.torrent.core.blacklist.add(one.record.link.address)
    world.torrent.hear({ type: 'blacklist.added' })
  },
  pardon: (world) => world.torrent.core.blacklist.clear(),
  crash: (world) => {
    const one = world.any()
    if (!one || world.random() < 0.7) return
    world.torrent.hear({ type: 'group.crashed', peer: one.record.peer, error: new Error('a defect') })
  },
  time: (world) => {
    world.torrent.clock.advance(1_000)
    world.torrent.hear({ type: 'timer.tick', at: world.torrent.clock.now() })
  },
  recheck: (world) => {
    if (world.random() < 0.8) return
    world.torrent.actor.send({ type: 'torrent.recheck' })
    world.torrent.hear({ type: 'storage.checked', have: world.some(0.4) })
  },
} satisfies Record<string, (world: World) => unknown>

const names = Object.keys(steps) as (keyof typeof steps)[]

test('whatever peers say, however they go, the picker counts of each piece the open peers that have it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.constantFrom(...names), { minLength: 20, maxLength: 120 }), (seed, taken) => {
      const world = new World(seed)
      for (let i = 0; i < 3; i++) world.connect()
      for (const name of taken) {
        steps[name](world)
        const { counted, said } = world.counts()
        expect(counted, name).toEqual(said)
      }
    }),
    { numRuns: 25 },
  )
})
