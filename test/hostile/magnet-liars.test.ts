import { expect, test } from 'vitest'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { metadataPieceLength } from '../../transport/wire/extended/metadata-pieces.ts'
import { decodeMetadataMessage, encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { inFull } from '../in-full.ts'
import { longInfoTorrent } from '../storage/support.ts'
import { createSwarm, type Swarm } from '../swarm/swarm.ts'
import { listenRaw, type Script } from './raw-peer.ts'

/** The id under which the liars take `ut_metadata`. */
const theirId = 9

/** What a liar does when it is asked for the `nth` piece, counted from 0, of metadata of the size that it claims. */
type Answer = (piece: number, size: number, self: ScriptedRemote, nth: number, swarm: Swarm) => void

/** What we take `ut_metadata` by. */
const ourId = (self: ScriptedRemote): number => self.idOf('ut_metadata')

const silent: Answer = () => {}
const leaves: Answer = (_, __, self) => self.connection.destroy()
const garbage = (piece: number, size: number, self: ScriptedRemote): void => {
  const data = new Uint8Array(metadataPieceLength(size, piece)).fill(9)
  const payload = encodeMetadataMessage({ type: 'data', piece, totalSize: size, data })
  self.say({ name: 'extended', id: ourId(self), payload })
}

/** Never silent, and never done. */
const drips: Answer = (piece, size, self, _, swarm) =>
  void swarm.clock.setTimeout(() => garbage(piece, size, self), 1_900)

/** Gives all but its last ten pieces as fast as it can. */
const fillsThen =
  (rest: Answer): Answer =>
  (piece, size, self, nth, swarm) =>
    (nth < size / 16_384 - 10 ? garbage : rest)(piece, size, self, nth, swarm)

const alternately =
  (...answers: readonly Answer[]) =>
  (i: number): Answer =>
    answers[i % answers.length] ?? silent

/** One that claims a size. */
function liar(swarm: Swarm, size: number, answer: Answer): Script {
  let nth = 0
  return {
    features: { extended: true, fast: true, dht: false },
    greets: [
      {
        name: 'extended',
        id: 0,
        payload: encodeExtendedHandshake({ m: { ut_metadata: theirId }, metadataSize: size }),
      },
      { name: 'have_none' },
    ],
    hears(message, self) {
      if (message.name !== 'extended' || message.id !== theirId) return
      const said = decodeMetadataMessage(message.payload)
      if (said?.type === 'request') answer(said.piece, size, self, nth++, swarm)
    },
  }
}

/** The metadata is six pieces, 0.3 s from the honest peer alone. */
const createLiarsSwarm = () =>
  createSwarm({
    encryption: 'none',
    latencyMs: 20,
    bytesPerSecond: 2_000_000,
    torrent: longInfoTorrent(4_500),
  })

/** So many liars; the rest in `npm run test:long`. */
const many = inFull ? 50 : 12

const longest = 10 * 2 ** 20

test.each<[string, number, number, (i: number, size: number) => number, (i: number) => Answer]>([
  ['4 silent ones, each of its own size', 4, 2, (i, size) => size + 1 + i, () => silent],
  [`${many} silent ones, each of its own size`, many, 2, (i, size) => size + 1 + i, () => silent],
  [`${many} silent ones of smaller sizes`, many, 2, (i) => 100 + i, () => silent],
  [`${many} silent ones of the longest sizes`, many, 2, (i) => longest - i, () => silent],
  [`${many} silent ones of the right size`, many, 6, (_, size) => size, () => silent],
  [
    `${many} that drip, each of its own size`,
    many,
    2,
    (i, size) => size - many / 2 + i + Number(i >= many / 2),
    () => drips,
  ],
  [`${many} that drip the longest sizes`, many, 2, (i) => longest - i, () => drips],
  [`${many} that drip the right size`, many, 10, (_, size) => size, () => drips],
  [`${many} that drip or are silent at the right size`, many, 10, (_, size) => size, alternately(drips, silent)],
  [
    `${many} that drip, give garbage or are silent at the right size`,
    many,
    10,
    (_, size) => size,
    alternately(drips, garbage, silent),
  ],
  [`${many} that give garbage of the right size`, many, 6, (_, size) => size, () => garbage],
  [`${many} that give garbage of their own sizes`, many, 2, (i, size) => size - 1 - i, () => garbage],
  [`${many} that leave when they are asked`, many, 2, (i, size) => size + i, () => leaves],
])('metadata of one honest peer comes in seconds beside %s', async (_, count, seconds, sizeOf, answerOf) => {
  const swarm = createLiarsSwarm()
  const hosts = Array.from({ length: count }, (_, i) => `liar${i}`)
  for (const [i, host] of hosts.entries()) {
    listenRaw(swarm, host, liar(swarm, sizeOf(i, swarm.metainfo.infoBytes.length), answerOf(i)))
  }
  swarm.add('honest', { has: 'all' })
  const leecher = swarm.add('leecher', { magnet: true, knows: [...hosts, 'honest'], maxPeers: 60 })
  swarm.start()
  await swarm.until(() => leecher.emittedOf('metadata').length > 0)
  expect(swarm.clock.now()).toBeLessThan(seconds * 1_000)
  await swarm.stop()
})

type Crowd = readonly [name: string, sizes: readonly number[], answer: Answer]

const fourSizes = [longest, longest - 1, longest - 2, 2 * 2 ** 20]
const fiftySizes = Array.from({ length: 50 }, (_, i) => 2 ** 20 + i * 100_000)
/** They give thousands of pieces. */
const filling: readonly Crowd[] = [
  ['four that use up all the memory, and are silent', fourSizes, fillsThen(silent)],
  ['four that use up all the memory, and drip', fourSizes, fillsThen(drips)],
  ['50 that use up all the memory, and drip', fiftySizes, fillsThen(drips)],
]

test.each<Crowd>([
  ['four that claim all the memory, and are silent', fourSizes, silent],
  ['four that claim all the memory, and drip', fourSizes, drips],
  ...(inFull ? filling : []),
])('metadata of a peer that comes after %s, comes in seconds', async (_, sizes, answer) => {
  const swarm = createLiarsSwarm()
  for (const [i, size] of sizes.entries()) listenRaw(swarm, `liar${i}`, liar(swarm, size, answer))
  const leecher = swarm.add('leecher', { magnet: true, knows: sizes.map((_, i) => `liar${i}`), maxPeers: 60 })
  leecher.torrent.start()
  await swarm.pass(20_000)
  const honest = swarm.add('honest', { has: 'all', knows: ['leecher'] })
  const from = swarm.clock.now()
  honest.torrent.start()
  await swarm.until(() => leecher.emittedOf('metadata').length > 0)
  expect(swarm.clock.now() - from).toBeLessThan(2_000)
  await swarm.stop()
})
