import { describe, expect, test } from 'vitest'
import { requirePeerId } from '../../actors/peer-identity.ts'
import { createTorrent } from '../../actors/torrent.ts'
import { bytesToHex } from '../../machines/hex.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { createSwarm } from '../swarm/swarm.ts'

const ours = '-XY0001-abcdefghijkl'
const { metainfo } = sampleTorrent()
const given = () => ({ metainfo, store: openMemoryStore(metainfo), clock: new SimulatedClock() })
const torrentWith = (peerId?: string | Uint8Array) => createTorrent({ ...given(), peerId })

describe('a peer id is', () => {
  test('20 bytes, copied, or a string of a character a byte', () => {
    const bytes = Uint8Array.from(ours, (character) => character.charCodeAt(0))
    const read = requirePeerId(bytes)
    expect(read).toEqual(requirePeerId(ours))
    bytes.fill(0)
    expect(Buffer.from(read).toString()).toBe(ours)
    expect(requirePeerId('\u00ff'.repeat(20))).toEqual(new Uint8Array(20).fill(255))
  })

  test.each([
    ['too short', '-XY0001-'],
    ['too long', `${ours}m`],
    ['hex digits', '00'.repeat(20)],
    ['no bytes', '\u0100'.repeat(20)],
    ['too few bytes', new Uint8Array(19)],
  ])('not what is %s: that is refused as the torrent is made', (_, peerId) => {
    expect(() => torrentWith(peerId)).toThrow(RangeError)
  })

  test.each([[5], [{}], [[1]]])('not %j', (peerId) => {
    expect(() => Reflect.apply(createTorrent, undefined, [{ ...given(), peerId }])).toThrow(TypeError)
  })
})

test('peers know a torrent by the id that it was given, and it tells a copy', async () => {
  const swarm = createSwarm()
  const seeder = swarm.add('seeder', { has: 'all', peerId: ours })
  const leecher = swarm.add('leecher', { knows: ['seeder'] })
  swarm.start()
  await swarm.settled(leecher.torrent.done)
  seeder.torrent.peerId.fill(0)
  expect(Buffer.from(seeder.torrent.peerId).toString()).toBe(ours)
  expect(leecher.emittedOf('peer').map(({ peer }) => peer.peerId)).toContain(Buffer.from(ours).toString('hex'))
  expect(seeder.emittedOf('peer').map(({ peer }) => peer.peerId)).toContain(bytesToHex(leecher.torrent.peerId))
  await swarm.stop()
})

test('without one it is ours, another for each torrent (BEP 20)', () => {
  const [one, other] = [torrentWith().peerId, torrentWith().peerId]
  expect(Buffer.from(one).toString('latin1')).toMatch(/^-PC\d{4}-/)
  expect(one).not.toEqual(other)
})
