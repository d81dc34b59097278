import { describe, expect, test } from 'vitest'
import { createActor, type Snapshot, type SnapshotFrom } from 'xstate'
import { pieceMap } from '../../../inspector/feed/piece-map.ts'
import { Layout } from '../../../machines/layout.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import { coreLogicWith } from '../../../machines/torrent/core/logic.ts'
import { progressOf } from '../../../machines/torrent/core/progress.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'
import { Blacklist } from '../../../machines/torrent/trust/blacklist.ts'
import type { TorrentWish } from '../../../machines/torrent/vocabulary/events.ts'
import { seededRandom } from '../../../transport/random.ts'
import { sha1 } from '../../storage/support.ts'
import { aTorrent, downloading, layout, meet, piecesOf } from './a-torrent.ts'

type Torrent = ReturnType<typeof aTorrent>
type Life = SnapshotFrom<typeof torrentMachine>['value']['life']

const start = (torrent: Torrent) => {
  torrent.actor.send({ type: 'torrent.start' })
  return torrent
}
const persisted = ({ actor }: Torrent): Snapshot<unknown> => actor.getPersistedSnapshot()
/** As if a file had been in between. */
const throughJson = (snapshot: Snapshot<unknown>): Snapshot<unknown> => JSON.parse(JSON.stringify(snapshot))
const restored = (torrent: Torrent) => aTorrent({}, { snapshot: throughJson(persisted(torrent)) })
const statesOf = ({ actor }: Torrent) => actor.getSnapshot().value

const seeding = () => downloading([0, 1, 2, 3])
const failing = () => {
  const torrent = downloading([1])
  torrent.actor.send({ type: 'listener.failed', error: new Error('the port is taken') })
  return torrent
}
const leaving = () => {
  const torrent = downloading([1], { keepsResume: true })
  meet(torrent, '10.0.0.2', [0])
  torrent.actor.send({ type: 'torrent.stop' })
  return torrent
}
const saving = () => {
  const torrent = downloading([1], { keepsResume: true })
  torrent.actor.send({ type: 'torrent.stop' })
  return torrent
}
const wish = (torrent: Torrent, type: 'torrent.pause' | 'torrent.recheck') => {
  torrent.actor.send({ type })
  return torrent
}

/** How a torrent stood, and how it stands when it was restored. */
const cases: readonly (readonly [
  string,
  () => Torrent,
  { readonly was: unknown; readonly life: Life; readonly content: unknown },
])[] = [
  ['stopped', () => aTorrent(), { was: 'stopped', life: 'stopped', content: 'unchecked' }],
  [
    'stopped, a magnet link',
    () => aTorrent({}, { isMagnet: true }),
    { was: 'stopped', life: 'stopped', content: 'awaiting_metadata' },
  ],
  [
    'checking',
    () => start(aTorrent()),
    { was: { checking: 'to_start' }, life: { checking: 'to_start' }, content: 'checking' },
  ],
  [
    'checking, and to pause',
    () => wish(start(aTorrent()), 'torrent.pause'),
    { was: { checking: 'to_pause' }, life: { checking: 'to_pause' }, content: 'checking' },
  ],
  [
    'downloading',
    () => downloading([1]),
    { was: expect.any(Object), life: { checking: 'to_start' }, content: 'checking' },
  ],
  ['seeding', seeding, { was: expect.any(Object), life: { checking: 'to_start' }, content: 'checking' }],
  [
    'super-seeding',
    () => downloading([0, 1, 2, 3], { superSeed: true }),
    { was: expect.any(Object), life: { checking: 'to_start' }, content: 'checking' },
  ],
  [
    'hashing anew',
    () => wish(seeding(), 'torrent.recheck'),
    { was: expect.any(Object), life: { checking: 'to_start' }, content: 'checking' },
  ],
  [
    'paused',
    () => wish(seeding(), 'torrent.pause'),
    { was: 'paused', life: { checking: 'to_pause' }, content: 'checking' },
  ],
  ['stopping', leaving, { was: 'stopping', life: 'stopped', content: 'unchecked' }],
  ['saving', saving, { was: 'saving', life: 'stopped', content: 'unchecked' }],
  ['failed', failing, { was: 'failed', life: 'failed', content: 'unchecked' }],
]

describe.each(cases)('a torrent that was %s', (_, make, { was, life, content }) => {
  test('is persisted as plain JSON, and restored from that', () => {
    const torrent = make()
    expect(statesOf(torrent).life).toEqual(was)
    expect(throughJson(persisted(torrent))).toStrictEqual(persisted(torrent))
    const again = restored(torrent)
    expect(statesOf(again)).toMatchObject({ life, content, disk: 'keeping_up', recheck: 'idle', closing: 'ready' })
    expect(again.actor.getSnapshot().status).toBe('active')
  })

  test('has its layout and its pieces as they were, and no peer', () => {
    const torrent = make()
    const { core } = restored(torrent)
    expect(core.have).toStrictEqual(torrent.core.have)
    expect(core.layout).toStrictEqual(torrent.core.layout)
    expect(core.layout === torrent.core.layout).toBe(torrent.core.layout !== layout)
    expect(core.swarm.peers.size).toBe(0)
  })

  test('has the disk looked at before any of that counts', () => {
    const again = restored(make())
    const isChecking = JSON.stringify(life).includes('checking')
    expect(again.toStorage.map(({ type }) => type)).toEqual(isChecking ? ['storage.check'] : [])
    expect([again.core.isChecked, again.running.size]).toEqual([false, 0])
  })
})

describe('a torrent that is restored', () => {
  test('goes on where it was: checked, it listens and dials whom it knew', () => {
    const torrent = downloading([1])
    meet(torrent, '10.0.0.2', [0])
    torrent.core.addresses.addHearsay({ host: '10.0.0.3', port: 6881 })
    const again = restored(torrent)
    again.hear({ type: 'storage.checked', have: piecesOf([1]) })
    expect(statesOf(again)).toMatchObject({ life: { active: {} }, content: { fetching: expect.any(String) } })
    expect([...again.running].sort()).toEqual(['listener', 'ticker'])
    expect(again.sockets.map(({ input }) => input.link.address.host)).toEqual(['10.0.0.2', '10.0.0.3'])
    expect(again.core.addresses.isHearsay({ host: '10.0.0.3', port: 6881 })).toBe(true)
  })

  test('dials whom peers told of in the order in which it would have', () => {
    const torrent = downloading([1])
    const hosts = ['10.0.0.3', '10.0.0.4', '10.0.0.5']
    for (const [i, host] of hosts.entries()) torrent.core.addresses.addHearsay({ host, port: 6881 }, [5, 4e9, 0][i])
    const again = restored(torrent)
    again.hear({ type: 'storage.checked', have: piecesOf([1]) })
    expect(again.sockets.map(({ input }) => input.link.address.host)).toEqual(['10.0.0.4', '10.0.0.3', '10.0.0.5'])
  })

  test('goes by the disk, whatever the snapshot says that it had', () => {
    const again = restored(seeding())
    expect(again.core.have.isAll).toBe(true)
    again.hear({ type: 'storage.checked', have: piecesOf([2]) })
    expect([...again.core.have.indexes()]).toEqual([2])
    expect(statesOf(again).content).toEqual({ fetching: expect.any(String) })
  })

  test('shows no piece as verified before the disk was looked at', () => {
    const again = restored(seeding())
    expect(progressOf(again.core)).toMatchObject({ pieces: 0, total: 4 })
    expect(Buffer.from(pieceMap(again.core).map, 'base64')).toEqual(Buffer.alloc(4))
    again.hear({ type: 'storage.checked', have: PieceSet.all(4) })
    expect(progressOf(again.core).pieces).toBe(4)
    expect(Buffer.from(pieceMap(again.core).map, 'base64')).toEqual(Buffer.alloc(4, 2))
  })

  test('has its counters of the snapshot or of resume data, whichever knows of more', () => {
    const again = restored(downloading([1], { earlier: { downloaded: 900, uploaded: 6 } }))
    const recalled = { blocks: [], addresses: [], downloaded: 5, uploaded: 800 }
    again.hear({ type: 'storage.checked', have: piecesOf([1]), recalled })
    expect(again.core.earlier).toEqual({ downloaded: 900, uploaded: 800 })
  })

  test('goes by what was saved as it would have, where its owner has said of single files alone which are wanted', () => {
    const files = [0, 1, 2].map((nth) => ({ offset: nth * 40_000, length: 40_000 }))
    const three = new Layout({ pieceLength: 32_768, length: 120_000, files })
    const wantedOf = (priorities?: Uint8Array) => {
      const torrent = aTorrent({ layout: three, ...(priorities && { priorities }) })
      torrent.actor.send({ type: 'torrent.select', priorities: new Map([[1, 'high']]) })
      const again = restored(start(torrent))
      const recalled = { blocks: [], addresses: [], downloaded: 0, uploaded: 0, priorities: Uint8Array.of(0, 0, 1) }
      again.hear({ type: 'storage.checked', have: PieceSet.none(4), recalled })
      return [...again.core.selection.files]
    }
    expect(wantedOf()).toEqual([0, 2, 1])
    expect(wantedOf(Uint8Array.of(1, 1, 0))).toEqual([1, 2, 0])
  })

  test('is paused again when it was paused, and the disk was looked at', () => {
    const again = restored(wish(seeding(), 'torrent.pause'))
    again.hear({ type: 'storage.checked', have: PieceSet.all(4) })
    expect(statesOf(again)).toMatchObject({ life: 'paused', content: 'complete' })
  })

  test('asks for the metadata as before when it was a magnet link, whether paused or not', () => {
    const running = restored(start(aTorrent({}, { isMagnet: true })))
    expect(statesOf(running)).toMatchObject({ life: { active: {} }, content: 'awaiting_metadata' })
    const paused = restored(wish(start(aTorrent({}, { isMagnet: true })), 'torrent.pause'))
    expect(statesOf(paused)).toMatchObject({ life: 'paused', content: 'awaiting_metadata' })
  })

  test('may be started again when it had failed, and says why it had', () => {
    const again = restored(failing())
    expect(again.actor.getSnapshot().context.error).toEqual(new Error('the port is taken'))
    again.actor.send({ type: 'torrent.start' })
    expect(statesOf(again).life).toEqual({ checking: 'to_start' })
  })

  test('remembers reputations with their evidence, those of connected peers too, and bans', () => {
    const torrent = downloading([1], { blacklist: new Blacklist() })
    const { record } = meet(torrent, '10.0.0.2', [0])
    record.ref?.send({ type: 'torrent.corrupt', index: 0 })
    torrent.core.blacklist.add({ host: '10.0.0.9', port: 1 }, { reason: 'it lied' })
    const { core } = restored(torrent)
    expect(core.memory.reputationOf(record.link.address)).toBe(80)
    expect(core.memory.evidenceOf(record.link.address)).toEqual([{ rule: 'corrupt', change: -20, peer: 0, piece: 0 }])
    expect(core.blacklist.entries).toEqual(torrent.core.blacklist.entries)
    expect(core.swarm.nextPeer).toBe(torrent.core.swarm.nextPeer)
  })

  test('holds nothing of addresses that nothing is known of', () => {
    const torrent = downloading([1])
    meet(torrent, '10.0.0.2', [0])
    expect(JSON.parse(JSON.stringify(persisted(torrent))).context.core.known).toEqual([])
  })

  test('keeps its settings, counters and wishes', () => {
    const torrent = downloading([1], {
      slots: 7,
      superSeed: true,
      maxPeers: 9,
      maxIncomingPerHost: 3,
      encryption: 'required',
      listen: { host: '10.0.0.1', port: 6881 },
      earlier: { downloaded: 5, uploaded: 6 },
      greeting: { v: 'a client', yourip: Uint8Array.of(1, 2, 3, 4) },
    })
    torrent.core.downloaded = 10
    torrent.core.uploaded = 20
    const { core } = restored(torrent)
    expect(core).toMatchObject({
      slots: 7,
      superSeeds: true,
      maxPeers: 9,
      maxIncomingPerHost: 3,
      encryption: 'required',
    })
    expect(core).toMatchObject({ listen: { host: '10.0.0.1', port: 6881 }, earlier: { downloaded: 15, uploaded: 26 } })
    expect([core.downloaded, core.infoHash, core.peerId]).toEqual([0, torrent.core.infoHash, torrent.core.peerId])
    expect(core.greeting).toStrictEqual(torrent.core.greeting)
  })

  test('has what a part of an input beside the snapshot says, and is of the same torrent', () => {
    const snapshot = throughJson(persisted(downloading([1], { slots: 7 })))
    const machine = torrentMachine.provide({ actors: { core: coreLogicWith({ random: seededRandom(1), sha1 }) } })
    const view = createActor(machine, { snapshot, input: { maxPeers: 3 } }).getSnapshot()
    const { maxPeers, slots } = view.context.core.getSnapshot().context
    expect([maxPeers, slots]).toEqual([3, 7])
    const other = createActor(machine, { snapshot, input: { infoHash: 'cd'.repeat(20) } }).getSnapshot()
    expect(other.error).toMatchObject({ name: 'SnapshotError', refusal: 'mismatched' })
  })

  test('gives the same snapshot again', () => {
    const torrent = downloading([1])
    const snapshot = throughJson(persisted(torrent))
    const again = restored(torrent)
    again.hear({ type: 'storage.checked', have: piecesOf([1]) })
    expect(throughJson(persisted(again))).toEqual(snapshot)
  })
})

test('of what a snapshot knows of peers that left, as much is read as a torrent remembers', () => {
  const snapshot = JSON.parse(JSON.stringify(persisted(downloading([1]))))
  const evidence = Array.from({ length: 90 }, (_, piece) => ({ rule: 'verified', change: 1, peer: 7, piece }))
  snapshot.context.core.known = Array.from({ length: 9_000 }, (_, i) => ({ key: `${i}`, reputation: 60, evidence }))
  const known = aTorrent({}, { snapshot }).core.memory.known([])
  expect([known.length, known.at(-1)?.key, known.at(-1)?.evidence.length]).toEqual([2_000, '8999', 50])
})

describe('a torrent that is told what makes no sense', () => {
  test.each<TorrentWish>([
    ...[0.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY].flatMap((absurd): TorrentWish[] => [
      { type: 'torrent.set_slots', slots: absurd },
      { type: 'torrent.add_peer', address: { host: '10.0.0.4', port: absurd } },
    ]),
    { type: 'torrent.add_peer', address: { host: '', port: 6881 } },
    { type: 'torrent.stop', at: Number.NaN },
    { type: 'torrent.stop', at: Number.POSITIVE_INFINITY },
  ])('%o, can be restored, as if nothing had been said', (wish) => {
    const torrent = downloading([1])
    torrent.actor.send(wish)
    const { core } = restored(torrent)
    expect([core.slots, core.addresses.known.given, Number.isFinite(torrent.core.now)]).toEqual([4, [], true])
  })
})

describe('a snapshot of a torrent is refused', () => {
  const json = JSON.stringify(persisted(downloading([1])))
  /** What comes of the snapshot where one text in it is another. */
  const refusedWith = (from: string | RegExp, to: string, machine = torrentMachine) => {
    const changed = json.replace(from, to)
    expect(changed).not.toBe(json)
    return createActor(machine, { snapshot: JSON.parse(changed), input: undefined }).getSnapshot().error
  }
  const malformed = (message: string) => ({
    name: 'SnapshotError',
    refusal: 'malformed',
    message: expect.stringContaining(message),
  })

  test('where the machine lacks what no snapshot holds: chance, a digest, extensions', () => {
    const refusedAs = (snapshot: Snapshot<unknown>) =>
      createActor(torrentMachine, { snapshot, input: undefined }).getSnapshot().error
    const incomplete = (what: string) => ({
      name: 'SnapshotError',
      refusal: 'incomplete',
      message: `a torrent cannot be restored without ${what}: use provideTorrent, or give its input`,
    })
    expect(refusedAs(JSON.parse(json))).toMatchObject(incomplete('random, sha1'))
    const chatting = aTorrent({ extensions: [{ name: 'pc_chat', start: () => () => undefined }] })
    expect(refusedAs(persisted(chatting))).toMatchObject(incomplete('random, sha1, the extension pc_chat'))
  })

  test('where it is of another machine, or of another version', () => {
    expect(refusedWith('"machine":"torrent"', '"machine":"peer"')).toMatchObject({ refusal: 'foreign' })
    expect(refusedWith('"version":3', '"version":2')).toMatchObject({
      refusal: 'version',
      message: 'a torrent cannot be restored: its snapshot is of version 2, and this peerchart reads version 3',
    })
  })

  test('where its code had thrown', () => {
    expect(refusedWith('"status":"active"', '"status":"error"')).toMatchObject({ refusal: 'crashed' })
  })

  test.each([
    ['"life":{"active"', '"life":{"asleep"', 'value names states that there are not'],
    ['"disk":"keeping_up",', '', 'value does not name all states'],
    [/"have":\{[^}]*\}/, '"have":{"size":9,"pieces":"all"}', 'context.core.have has 9 pieces, and the torrent 4'],
    [/"have":\{[^}]*\}/, '"have":{"size":4,"pieces":"ff"}', 'context.core.have has more pieces than it says'],
    ['"pieceLength":32768', '"pieceLength":0', 'context.core.layout is no way to divide a torrent'],
    [/"infoHash":"ab/, '"infoHash":"zz', 'context.core.infoHash is not 40 hex digits'],
    [/"infoHash":"[0-9a-f]{40}"/, '"infoHash":""', 'context.core.infoHash is not 40 hex digits'],
    [/"peerId":"[0-9a-f]{40}"/, '"peerId":""', 'context.core.peerId is not 40 hex digits'],
    ['"slots":4', '"slots":-1', 'context.core.slots is no count'],
    ['"encryption":"none"', '"encryption":"some"', 'context.core.encryption is not none or preferred or required'],
    ['"banned":[]', '"banned":[1]', 'context.core.blacklist is no blacklist'],
    ['"given":[]', '"given":[{"host":"a","port":"b"}]', 'context.core.given[0].port is no port'],
    ['"given":[]', '"given":[{"host":"a","port":65536}]', 'context.core.given[0].port is no port'],
    ['"hearsay":[]', '"hearsay":[{"host":"a","port":1,"priority":"x"}]', 'hearsay[0].priority is no number'],
    ['"runs":[]', '"runs":{}', 'context.core.runs is no list'],
    ['"superSeeds":false', '"superSeeds":0', 'context.core.superSeeds is neither true nor false'],
  ])('where %s is %s', (from, to, message) => {
    expect(refusedWith(from, to)).toMatchObject(malformed(message))
  })
})

test('a torrent is restored with its web seeds, none of them asked', () => {
  const webSeeds = ['http://a.example/', 'http://b.example/']
  const torrent = restored(start(aTorrent({ webSeeds })))
  expect(torrent.core.webSeeds.map(({ peer, url }) => [peer, url])).toEqual(webSeeds.map((url) => [undefined, url]))
})
