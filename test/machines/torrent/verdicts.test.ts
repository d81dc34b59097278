import { describe, expect, test } from 'vitest'
import { downloading, meet } from './a-torrent.ts'

const data = () => new Uint8Array(32_768)
const block = (index: number, begin: number) => ({ index, begin, data: new Uint8Array(16_384) })
const good = ['good 0', 'good 1']

/** One block of piece 0 from each of two peers. */
function halves() {
  const torrent = downloading([1, 2, 3])
  const [liar, honest] = [meet(torrent, 'liar', [0]), meet(torrent, 'honest', [0])]
  for (const peer of [liar, honest]) peer.report({ type: 'wire.unchoke' })
  liar.report({ type: 'wire.piece', blocks: [block(0, 0)], at: 0 })
  honest.report({ type: 'wire.piece', blocks: [block(0, 16_384)], at: 0 })
  const banned: string[] = []
  torrent.actor.on('banned', ({ address }) => banned.push(address.host))
  return { ...torrent, liar, honest, banned }
}

const reputationOf = (peer: ReturnType<typeof meet>) => peer.record.ref?.getSnapshot().context.reputation

/** The piece comes again, right, from the honest one alone. */
function again({ actor, honest }: ReturnType<typeof halves>) {
  honest.report({ type: 'wire.piece', blocks: [block(0, 0), block(0, 16_384)], at: 0 })
  actor.send({ type: 'storage.verified', index: 0, data: data(), digests: good })
}

describe('of two who gave blocks of a corrupt piece', () => {
  test('neither pays before it is known who lied', () => {
    const { actor, liar, honest } = halves()
    actor.send({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    expect([reputationOf(liar), reputationOf(honest)]).toEqual([100, 100])
  })

  test('the one whose block differs from the good one pays when the piece verifies', () => {
    const swarm = halves()
    swarm.actor.send({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'wire.choke' })
    again(swarm)
    expect([reputationOf(swarm.liar), reputationOf(swarm.honest)]).toEqual([80, 101])
  })

  test('the liar pays also when it has left', () => {
    const swarm = halves()
    swarm.actor.send({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'transport.closed', end: { code: 'end' } })
    again(swarm)
    expect(swarm.work.memory.reputationOf({ host: 'liar', port: 6881 })).toBe(80)
    expect(swarm.banned).toEqual([])
  })

  test('the liar pays where it is now when it has left and come back', () => {
    const swarm = halves()
    swarm.actor.send({ type: 'storage.corrupt', index: 0, data: data(), digests: ['bad 0', 'good 1'] })
    swarm.liar.report({ type: 'transport.closed', end: { code: 'end' } })
    swarm.actor.send({ type: 'timer.tick', at: 10_000 })
    const back = [...swarm.work.swarm.peers.values()].at(-1)
    expect(back?.link.address.host).toBe('liar')
    again(swarm)
    expect(back?.ref?.getSnapshot().context.reputation).toBe(80)
  })
})

test('whoever falls to 50 is banned: told, cut off, blacklisted', () => {
  const torrent = downloading([1, 2, 3])
  const liar = meet(torrent, 'liar', [0])
  const banned: unknown[] = []
  torrent.actor.on('banned', (event) => banned.push(event))
  liar.report({ type: 'wire.unchoke' })
  for (let corrupt = 0; corrupt < 3; corrupt++) {
    liar.report({ type: 'wire.piece', blocks: [block(0, 0), block(0, 16_384)], at: 0 })
    torrent.actor.send({ type: 'storage.corrupt', index: 0, data: data(), digests: [] })
  }
  expect(liar.told.at(-1)).toEqual({ type: 'link.end' })
  liar.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect(banned).toEqual([{ type: 'banned', address: { host: 'liar', port: 6881 }, reputation: 40 }])
  expect(torrent.work.blacklist.hasAddress({ host: 'liar', port: 1 })).toBe(true)
})
