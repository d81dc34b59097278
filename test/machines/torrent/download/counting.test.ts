import { expect, test } from 'vitest'
import type { Core } from '../../../../machines/torrent/core/core.ts'
import { seededRandom } from '../../../../transport/random.ts'
import { downloading, layout, meet, piecesOf, sent } from '../a-torrent.ts'

const all = [0, 1, 2, 3]

/** Bytes of blocks that are here and not verified yet. */
const underWay = ({ picker, verifying, verifyingBytes }: Core): number =>
  verifyingBytes +
  picker.partials
    .filter(({ index }) => !verifying.has(index))
    .flatMap(({ index }) => picker.blocksHere(index).map((block) => layout.blockAt(index, block).length))
    .reduce((sum, length) => sum + length, 0)

/** A torrent and two peers, to which anything may happen; `verified`: bytes that were right. */
function anything(seed: number) {
  const random = seededRandom(seed)
  const below = (end: number) => Math.floor(random() * end)
  const torrent = downloading([])
  const { core, hear, toStorage } = torrent
  const peers = [meet(torrent, 'b', all), meet(torrent, 'c', all)]
  for (const peer of peers) peer.report({ type: 'wire.unchoke' })
  let verified = 0
  let at = 0
  const events = [
    // A block that this peer was asked for, by now perhaps come from the other, or not wanted any more. A liar is soon gone.
    () => {
      const peer = peers[below(2)]
      if (!peer?.record.isMember) return
      const requests = sent(peer.told, 'send.request').flatMap((one) =>
        one.type === 'send.request' ? one.requests : [],
      )
      const request = requests[below(requests.length)]
      if (!request) return
      const data = new Uint8Array(request.length)
      core.self.send({ type: 'peer.blocks', peer: peer.record.peer, blocks: [{ ...request, data }], room: 0 })
    },
    () => {
      const asked = toStorage.filter((one) => one.type === 'storage.verify')[below(3)]
      if (!asked || !core.verifying.has(asked.index)) return
      toStorage.splice(toStorage.indexOf(asked), 1)
      const { data, index } = asked
      const isRight = random() < 0.6
      if (isRight) verified += data.length
      hear({ type: isRight ? 'storage.verified' : 'storage.corrupt', index, data, digests: [`${random()}`, 'same'] })
    },
    () => hear({ type: 'storage.lost', pieces: piecesOf([below(4)]), isThere: false, message: 'gone' }),
    () => {
      const index = below(4)
      const recheck = core.rechecks.asked + 1
      torrent.actor.send({ type: 'torrent.recheck' })
      const isRight = random() < 0.5 && !core.verifying.has(index)
      const found = isRight ? { right: [index], wrong: [] } : { right: [], wrong: core.have.has(index) ? [index] : [] }
      hear({ type: 'storage.rechecked', recheck, pieces: piecesOf(all), isWished: true, isOver: true, ...found })
    },
    () => {
      at += 1_000
      hear({ type: 'timer.tick', at })
    },
  ]
  return {
    core,
    step: () => events[random() < 0.6 ? 0 : below(events.length)]?.(),
    get verified() {
      return verified
    },
  }
}

test('whatever comes: what was downloaded is right, corrupt, wasted or under way, to the byte', () => {
  const sums = { wasted: 0, corrupt: 0, verified: 0 }
  for (let seed = 1; seed <= 8; seed++) {
    const run = anything(seed)
    for (let step = 0; step < 80; step++) {
      run.step()
      const { corrupt, downloaded, wasted } = run.core
      const sum = run.verified + corrupt + wasted + underWay(run.core)
      if (sum !== downloaded) expect({ seed, step, sum }).toEqual({ seed, step, sum: downloaded })
    }
    sums.wasted += run.core.wasted
    sums.corrupt += run.core.corrupt
    sums.verified += run.verified
  }
  // Each of them came about.
  expect(Object.values(sums).every((sum) => sum > 0)).toBe(true)
})
