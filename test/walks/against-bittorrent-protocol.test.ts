import fc, { type Arbitrary, type AsyncCommand } from 'fast-check'
import { expect, test } from 'vitest'
import type { PeerEvent } from '../../machines/peer/vocabulary/events.ts'
import { type Meeting, meetWire } from '../actors/bittorrent-protocol.ts'
import { inFull, runs } from '../in-full.ts'
import { contentOf, everything, layout } from '../pair.ts'
import { Mirror } from './mirror.ts'
import { Reference } from './reference.ts'
import { assertWalks, walkOf } from './reproducible.ts'

const file = 'test/walks/against-bittorrent-protocol.test.ts'
const walk = walkOf(inFull ? Date.now() % 0x7fff_ffff : 1)
if (inFull) console.log(`${file}: WALK='${walk.seed}'`)

/** One peer of ours with its model, and one of bittorrent-protocol, which has everything and answers nothing by itself. */
interface Walked {
  readonly meeting: Meeting
  readonly mirror: Mirror
  /** What it was asked and has not answered. */
  readonly owed: { readonly index: number; readonly begin: number; readonly length: number; answer(): void }[]
}

/** Either side does something, and everything arrives: then ours is where its model is, and each knows of the other what is so. */
class Step implements AsyncCommand<Walked, Walked> {
  readonly #text: string
  readonly #isSense: (walked: Walked) => boolean
  readonly #act: (walked: Walked) => void

  constructor(text: string, act: (walked: Walked) => void, isSense: (walked: Walked) => boolean = () => true) {
    this.#text = text
    this.#isSense = isSense
    this.#act = act
  }

  check(walked: Readonly<Walked>): boolean {
    return this.#isSense(walked)
  }

  async run(walked: Walked): Promise<void> {
    this.#act(walked)
    await walked.meeting.settle()
    const { us, wire } = walked.meeting
    const ours = us.peer.actor.getSnapshot()
    const faults = [...walked.mirror.faultsOf(ours)]
    const { value } = ours
    const pairs = [
      ['we choke', value.am_choking === 'choking', wire.peerChoking],
      ['it chokes', value.peer_choking === 'choking', wire.amChoking],
      ['we are interested', value.am_interested === 'interested', wire.peerInterested],
      ['it is interested', value.peer_interested === 'interested', wire.amInterested],
    ] as const
    for (const [what, here, there] of pairs) if (here !== there) faults.push(`${what}: ${here} here, ${there} there`)
    if (faults.length > 0) throw new Error([`behind "${this}":`, ...faults].join('\n'))
  }

  toString(): string {
    return this.#text
  }
}

const tell = (text: string, event: PeerEvent) =>
  new Step(`we ${text}`, ({ meeting }) => meeting.us.peer.actor.send(event))
const block = fc.nat(layout.pieceCount - 1).map((index) => layout.blockAt(index, 0))

const steps: readonly Arbitrary<AsyncCommand<Walked, Walked>>[] = [
  fc.constantFrom(
    tell('choke', { type: 'torrent.choke' }),
    tell('unchoke', { type: 'torrent.unchoke' }),
    tell('are interested', { type: 'torrent.interested' }),
    tell('are not interested', { type: 'torrent.not_interested' }),
    new Step('it chokes', ({ meeting }) => meeting.wire.choke()),
    new Step('it unchokes', ({ meeting }) => meeting.wire.unchoke()),
    new Step('it is interested', ({ meeting }) => meeting.wire.interested()),
    new Step('it is not interested', ({ meeting }) => meeting.wire.uninterested()),
  ),
  block.map(
    (wanted) =>
      new Step(
        `we request ${wanted.index}/${wanted.begin}`,
        ({ meeting }) =>
          meeting.us.peer.actor.send({ type: 'torrent.request', requests: [wanted], at: meeting.clock.now() }),
        ({ mirror: { snapshot } }) =>
          snapshot.value.peer_choking === 'not_choking' &&
          !snapshot.context.outstanding.some(({ index }) => index === wanted.index),
      ),
  ),
  fc.constant(
    new Step(
      'it answers',
      ({ owed }) => owed.shift()?.answer(),
      ({ owed }) => owed.length > 0,
    ),
  ),
  fc.nat(layout.pieceCount - 1).map((index) => tell(`have ${index}`, { type: 'torrent.have', index })),
]

test('a peer of ours, walked at random with one of bittorrent-protocol in the clear and through RC4, is open and as its model and the BEPs have it after each step', async () => {
  const commands = fc.commands([...steps], {
    maxCommands: runs(25, 80),
    size: 'max',
    ...(walk.replayPath !== undefined && { replayPath: walk.replayPath }),
  })
  const met = new Set<string>()
  const property = fc.asyncProperty(
    fc.constantFrom('dials', 'accepts'),
    fc.boolean(),
    fc.boolean(),
    commands,
    async (role, encrypted, fast, walked) => {
      const mirror = new Mirror(new Reference(fast, everything))
      const meeting = await meetWire(role, { have: everything, inspect: mirror.inspect }, { fast, encrypted })
      const owed: Walked['owed'] = []
      meeting.wire.on(
        'request',
        (index: number, begin: number, length: number, done: (error: null, data: Uint8Array) => void) => {
          owed.push({ index, begin, length, answer: () => done(null, contentOf({ index, begin, length }).data) })
        },
      )
      meeting.wire.bitfield(everything)
      await meeting.settle()
      expect(mirror.faultsOf(meeting.us.peer.actor.getSnapshot())).toEqual([])
      const system = { meeting, mirror, owed }
      await fc.asyncModelRun(() => ({ model: system, real: system }), walked)
      expect(meeting.us.peer.isEncrypted).toBe(encrypted)
      met.add(`${role} ${encrypted ? 'encrypted' : 'in the clear'}`)
      await meeting.part()
      expect(meeting.us.closeReason).toMatchObject({ source: 'local', code: 'requested' })
    },
  )
  await assertWalks(file, property, walk, runs(8, 40))
  if (walk.path !== undefined) return
  expect([...met].sort()).toEqual([
    'accepts encrypted',
    'accepts in the clear',
    'dials encrypted',
    'dials in the clear',
  ])
}, 300_000)
