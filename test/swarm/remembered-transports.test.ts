import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { decodeResume } from '../../storage/resume-data.ts'
import type { ResumeStore } from '../../storage/resume-file.ts'
import { memoryResume } from '../memory-resume.ts'
import { createDoubleSwarm, type DoubleSwarm } from './double-swarm.ts'
import { addressOf, type Member, nobody } from './swarm.ts'

const openPeers = ({ torrent }: Member) => torrent.peers.filter(({ state }) => state === 'open')
const reasons = (member: Member) => member.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])

/** The kinds by which a host was dialled, since there were so many events. */
const dialledSince = ({ networks }: DoubleSwarm, count: number) =>
  networks.events
    .slice(count)
    .filter(({ what }) => what === 'dialled')
    .map(({ kind }) => kind)

const addressesIn = (kept: Uint8Array, { metainfo }: DoubleSwarm) => {
  const data = decodeResume(kept, metainfo.infoHash)
  return typeof data === 'string' ? data : data.addresses
}

/** A swarm in which `a` has reached `b`, that speaks TCP alone and is silent by uTP. */
async function reached(resume?: ResumeStore) {
  const swarm = createDoubleSwarm()
  swarm.networks.blackhole('utp', 'b')
  const b = swarm.add('b', ['tcp'], { has: 'all', choker: nobody })
  const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'], choker: nobody, ...(resume && { resume }) })
  swarm.start()
  await swarm.until(() => openPeers(a).length > 0)
  return { swarm, a, b }
}

describe('the transport by which a handshake came', () => {
  test('is tried first, and alone, when the address is dialled again', async () => {
    const { swarm, a, b } = await reached()
    expect(dialledSince(swarm, 0)).toEqual(['utp', 'tcp'])
    await swarm.settled(b.torrent.stop())
    const before = swarm.networks.events.length
    swarm.add('b', ['tcp'], { has: 'all', choker: nobody }).torrent.start()
    await swarm.until(() => openPeers(a).length > 0)
    await swarm.pass(delays.connectMs)
    expect(dialledSince(swarm, before)).toEqual(['tcp'])
    await swarm.stop()
  })

  test('is kept in resume data, and tried first in the next run', async () => {
    const memory = memoryResume()
    const { swarm, a } = await reached(memory)
    a.torrent.pause()
    await swarm.until(() => memory.kept !== undefined)
    const atPause = memory.kept ?? new Uint8Array()
    expect(addressesIn(atPause, swarm)).toEqual([{ ...addressOf('b'), transport: 'tcp' }])
    await swarm.settled(a.torrent.stop())
    const before = swarm.networks.events.length
    const ofPause = memoryResume(atPause)
    const second = swarm.add('a', ['utp', 'tcp'], { resume: ofPause, choker: nobody })
    second.torrent.start()
    await swarm.until(() => openPeers(second).length > 0)
    await swarm.pass(delays.connectMs)
    expect(dialledSince(swarm, before)).toEqual(['tcp'])
    await swarm.stop()
  })
})

describe('a remote that opens by one transport and never shakes hands', () => {
  test('is dialled once more by it in plaintext, and then by the other first', async () => {
    const swarm = createDoubleSwarm()
    const accepted: number[] = []
    await swarm.networks.transport('utp', 'b').listen(addressOf('b'), (connection) => {
      accepted.push(swarm.clock.now())
      connection.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: () => {} })
    })
    swarm.add('b', ['tcp'], { has: 'all', choker: nobody })
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'], choker: nobody })
    swarm.start()
    await swarm.until(() => openPeers(a).length > 0)
    expect(reasons(a)).toEqual(['timeout.key_exchange', 'timeout.handshake'])
    expect(dialledSince(swarm, 0)).toEqual(['utp', 'utp', 'tcp'])
    expect(accepted).toHaveLength(2)
    expect(openPeers(a)[0]).toMatchObject({ transport: 'tcp', encrypted: true })
    await swarm.stop()
  })
})

describe('a remote that refuses encryption', () => {
  test('is dialled in plaintext by the transport that it opened, alone', async () => {
    const swarm = createDoubleSwarm()
    swarm.networks.blackhole('utp', 'b')
    swarm.add('b', ['tcp'], { has: 'all', choker: nobody, encryption: 'none' })
    const memory = memoryResume()
    const a = swarm.add('a', ['utp', 'tcp'], { knows: ['b'], choker: nobody, resume: memory })
    swarm.start()
    await swarm.until(() => openPeers(a).length > 0)
    expect(dialledSince(swarm, 0)).toEqual(['utp', 'tcp', 'tcp'])
    a.torrent.pause()
    await swarm.until(() => memory.kept !== undefined)
    expect(addressesIn(memory.kept ?? new Uint8Array(), swarm)).toEqual([
      { ...addressOf('b'), transport: 'tcp', plaintext: true },
    ])
    await swarm.stop()
  })
})
