import type {
  ActorRow,
  Batch,
  PeerRow,
  RatePoint,
  RoundRow,
  SaidRow,
  TorrentRow,
} from '../../../inspector/protocol/protocol.ts'

/** A swarm that never was, for the page: one session, one torrent, many peers. The same seed makes the same. */

export const ids = { session: 1, torrent: 2, core: 3, storage: 4, listener: 5 } as const
export const peerId = (i: number): number => 100 + 2 * i
export const transportId = (i: number): number => 101 + 2 * i

export const pieces = 1440
const pieceBytes = 262_144
const now = 754_000

const clients = ['qBittorrent 5.0.4', 'Transmission 4.0.6', 'libtorrent 2.0.11', 'µTorrent 3.6.0', 'Deluge 2.1.1', '']

/** Small and even enough; not for secrets. */
export function chance(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** An actor without states; `more`: what is otherwise with it. */
export const actor = (
  id: number,
  role: ActorRow['role'],
  name: string,
  parent: number,
  more: Partial<ActorRow> = {},
): ActorRow => ({
  id,
  role,
  name,
  parent,
  status: 'active',
  states: [],
  ...more,
})

export const addressOf = (i: number): string =>
  `10.${1 + (i % 7)}.${(i * 37) % 256}.${(i * 91) % 256}:${6881 + (i % 20)}`

/** A peer in the middle of a download. */
export function peerRow(i: number, more: Partial<PeerRow> = {}): PeerRow {
  const random = chance(i + 1)
  const isChoked = random() < 0.5
  const amInterested = random() < 0.8
  const rateDown = isChoked || !amInterested ? 0 : Math.floor(random() ** 3 * 900_000)
  const amChoking = random() < 0.8
  const why = isChoked
    ? 'it chokes us'
    : amInterested
      ? rateDown === 0
        ? 'all it has is asked of others'
        : ''
      : 'it has nothing we want'
  return {
    id: peerId(i),
    torrent: ids.torrent,
    address: addressOf(i),
    direction: random() < 0.4 ? 'in' : 'out',
    transport: 'tcp',
    client: clients[i % clients.length] ?? '',
    amChoking,
    amInterested,
    peerChoking: isChoked,
    peerInterested: random() < 0.6,
    handshake: i % 41 === 40 ? 'negotiating' : 'open',
    encryption: i % 3 === 0 ? 'plaintext' : 'rc4',
    reputationState: 'trusted',
    reputation: 100 + Math.floor(random() * 30),
    rateDown,
    rateUp: amChoking ? 0 : Math.floor(random() * 200_000),
    downloaded: rateDown * 300,
    uploaded: amChoking ? 0 : 4_194_304,
    inFlight: rateDown === 0 ? 0 : 1 + Math.floor(random() * 200),
    pieces: random() < 0.4 ? pieces : Math.floor(random() * pieces),
    why,
    reasons: why === '' ? [] : [{ code: isChoked ? 'choked' : 'all_requested', text: why, since: now - 40_000 }],
    evidence: [{ rule: 'verified', delta: 1, text: 'piece 17 passed its hash' }],
    ...more,
  }
}

/** The states of a peer, leaves alone, as its row says. */
export function statesOf(peer: PeerRow): string[] {
  return [
    `peer.handshake.${peer.handshake}`,
    `peer.encryption.${peer.encryption}`,
    'peer.talk.heard',
    `peer.am_choking.${peer.amChoking ? 'choking' : 'not_choking'}`,
    `peer.am_interested.${peer.amInterested ? 'interested' : 'not_interested'}`,
    `peer.peer_choking.${peer.peerChoking ? 'choking' : 'not_choking'}`,
    `peer.peer_interested.${peer.peerInterested ? 'interested' : 'not_interested'}`,
    `peer.availability.${peer.pieces === pieces ? 'complete' : 'partial'}`,
    `peer.requests.${peer.inFlight > 0 ? 'waiting' : 'idle'}`,
    'peer.uploads.idle',
    'peer.extended.ready',
    `peer.reputation.${peer.reputationState}`,
  ]
}

export const peerActor = (i: number, peer: PeerRow): ActorRow =>
  actor(peerId(i), 'peer', peer.address, ids.torrent, { chart: 'peer', states: statesOf(peer) })

/** One that gave wrong blocks. */
export const banned: Partial<PeerRow> = {
  address: '192.0.2.66:6881',
  client: 'µTorrent 3.6.0',
  reputation: 42,
  reputationState: 'banned',
  handshake: 'closed',
  closed: 'local.banned',
  rateDown: 0,
  rateUp: 0,
  inFlight: 0,
  why: 'closed: local.banned',
  reasons: [{ code: 'closed', text: 'local.banned', since: now - 9_000 }],
  evidence: [
    { rule: 'verified', delta: 1, text: 'piece 3 passed its hash' },
    { rule: 'verified', delta: 1, text: 'piece 9 passed its hash' },
    { rule: 'corrupt', delta: -20, text: 'blocks 4 and 5 of piece 812 differ from the good ones' },
    { rule: 'corrupt', delta: -20, text: 'it alone gave piece 977, which failed its hash' },
    { rule: 'corrupt', delta: -20, text: 'it alone gave piece 31, which failed its hash' },
  ],
}

const base64 = (cells: number, cellAt: (cell: number) => number): string =>
  Buffer.from(Uint8Array.from({ length: cells }, (_, cell) => cellAt(cell))).toString('base64')

function torrentRow(count: number): TorrentRow {
  const random = chance(5)
  return {
    id: ids.torrent,
    name: 'debian-12.8.0-amd64-netinst.iso',
    infoHash: '1846bf65'.repeat(5),
    pieces: Math.floor(pieces * 0.63),
    total: pieces,
    downloaded: Math.floor(pieces * 0.63) * pieceBytes,
    uploaded: 91_226_112,
    rateDown: 6_815_744,
    rateUp: 1_258_291,
    peers: count,
    map: base64(pieces, (cell) => (random() < 1.15 - cell / pieces ? 2 : random() < 0.15 ? 1 : 0)),
    availability: base64(pieces, () => (random() < 0.01 ? 0 : Math.floor(random() * count))),
    reasons: [],
  }
}

function roundRow(round: number, peers: readonly PeerRow[]): RoundRow {
  const random = chance(round)
  const scored = peers
    .slice(0, 60)
    .map((peer) => ({ peer, score: random() < 0.5 ? 0 : Math.floor(random() ** 2 * 900_000) }))
  const best = new Set([...scored].sort((a, b) => b.score - a.score).slice(0, 4))
  return {
    torrent: ids.torrent,
    seq: round,
    at: round * 10_000,
    round,
    occasion: 'interval',
    mode: 'leeching',
    slots: 5,
    peers: scored.map((one, i) => ({
      id: one.peer.id,
      address: one.peer.address,
      slot: best.has(one) ? 'rate' : i === 11 ? 'optimistic' : 'none',
      score: one.score,
      why: best.has(one)
        ? 'it is among those that give most'
        : i === 11
          ? 'drawn by lot, for 30 s'
          : one.peer.peerInterested
            ? 'others give more'
            : 'it is not interested',
    })),
  }
}

function ratePoints(id: number, most: number): RatePoint[] {
  const random = chance(id)
  return Array.from({ length: 400 }, (_, i) => ({
    id,
    at: now - (400 - i) * 1000,
    down: Math.floor(most * (0.55 + 0.3 * Math.sin(i / 30) + 0.15 * random())),
    up: Math.floor(most * 0.2 * (0.6 + 0.3 * Math.cos(i / 18) + 0.1 * random())),
  }))
}

type Line = readonly [from: number, to: number, type: string, text: string, took?: readonly string[]]

/** What one peer says and hears in a second or so. */
export function linesOf(i: number): Line[] {
  const [peer, transport] = [peerId(i), transportId(i)]
  const piece = (i * 13) % pieces
  return [
    [transport, peer, 'wire.unchoke', '', ['peer.peer_choking.choking|wire.unchoke|peer.peer_choking.not_choking']],
    [peer, ids.torrent, 'peer.unchoked', `peer ${i}, room 16`],
    [
      ids.torrent,
      peer,
      'torrent.request',
      '16 blocks, 262,144 bytes',
      ['peer.requests.idle|torrent.request|peer.requests.waiting'],
    ],
    [peer, transport, 'send.request', '16 blocks, 262,144 bytes'],
    [transport, peer, 'wire.have', `index ${piece}`],
    [peer, ids.core, 'peer.have', `peer ${i}, index ${piece}`],
    [
      transport,
      peer,
      'wire.piece',
      '16 blocks, 262,144 bytes',
      ['peer.requests.waiting|wire.piece|peer.requests.idle'],
    ],
    [peer, ids.core, 'peer.blocks', `index ${piece}, 16 blocks, 262,144 bytes`],
    [ids.core, ids.storage, 'storage.verify', `index ${piece}, 262,144 bytes`],
    [ids.storage, ids.core, 'storage.verified', `index ${piece}`],
    [ids.core, peer, 'torrent.verified', `index ${piece}`],
    [transport, peer, 'timer.tick', 'silent for 0.2 s in, 1.1 s out'],
    [ids.torrent, peer, 'torrent.choke', '', ['peer.am_choking.not_choking|torrent.choke|peer.am_choking.choking']],
    [peer, transport, 'send.choke', ''],
    [transport, peer, 'wire.choke', '', ['peer.peer_choking.not_choking|wire.choke|peer.peer_choking.choking']],
  ]
}

/** Events in order, from a number on. */
export function saidRows(lines: readonly Line[], seq: number, at: number, stepMs = 7): SaidRow[] {
  return lines.map(([from, to, type, text, took = []], i) => ({
    seq: seq + i,
    at: at + i * stepMs,
    from,
    to,
    type,
    text,
    took,
  }))
}

/** All there is when the page opens: `count` peers, the fourth of which is banned. */
export function firstBatch(count: number, allow: readonly string[] = []): Batch {
  const peers = Array.from({ length: count }, (_, i) => peerRow(i, i === 3 ? banned : {}))
  const lines = [...Array(20).keys()].flatMap((turn) => linesOf(turn % Math.min(count, 4)))
  return {
    hello: { startedAt: 1_790_000_000_000, allow },
    now,
    actors: [
      actor(ids.session, 'session', 'session', 0, { chart: 'session', states: ['session.running.listening'] }),
      actor(ids.torrent, 'torrent', 'torrent 1846bf65', ids.session, {
        chart: 'torrent',
        states: [
          'torrent.life.active.listening.reachable',
          'torrent.life.active.dialing.ready',
          'torrent.life.active.unchoking.leeching',
          'torrent.life.active.saving.idle',
          'torrent.content.fetching.rarest_first',
          'torrent.disk.keeping_up',
          'torrent.recheck.idle',
          'torrent.closing.ready',
        ],
      }),
      actor(ids.core, 'core', 'core of 1846bf65', ids.torrent),
      actor(ids.storage, 'storage', 'storage of 1846bf65', ids.torrent),
      actor(ids.listener, 'listener', 'listener 0.0.0.0:6881', ids.session),
      ...peers.flatMap((peer, i) => [
        peerActor(i, peer),
        actor(transportId(i), 'transport', `transport of ${peer.address}`, peerId(i)),
      ]),
    ],
    peers,
    torrents: [torrentRow(count)],
    rates: [...ratePoints(ids.torrent, 8_000_000), ...ratePoints(peerId(0), 700_000)],
    rounds: [73, 74, 75].map((round) => roundRow(round, peers)),
    said: saidRows(lines, 1, now - 9000, 30),
    oldest: 1,
  }
}
