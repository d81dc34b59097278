import type { Dialled, World } from '../../conformance/scene.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { addressOf, createSwarm, type MemberOptions, type SwarmOptions } from '../swarm/swarm.ts'

/** A torrent of ours in virtual time, and the world in which a suite tests it. */
export function target(member: MemberOptions = {}, options: SwarmOptions = {}) {
  const swarm = createSwarm(options)
  const tested = swarm.add('10.0.0.1', member)
  tested.torrent.start()
  const { metainfo, data } = swarm
  let hosts = 0
  const world: World = {
    metainfo,
    clock: swarm.clock,
    randomBytes: randomBytesFrom(seededRandom(2)),
    dial: (): Dialled => {
      const host = `10.1.${hosts >> 8}.${hosts++ & 255}`
      return { connection: swarm.network.transport(host).dial(addressOf('10.0.0.1')), host }
    },
    data: async (index, begin, length) => {
      const at = index * metainfo.pieceLength + begin
      return data.subarray(at, at + length)
    },
  }
  return { swarm, tested, world }
}
