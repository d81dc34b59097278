import { describe, expect, test } from 'vitest'
import { limits } from '../../machines/peer/delays.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import { createSwarm, type Member, type SwarmOptions } from '../swarm/swarm.ts'
import { dialRaw, type Script } from './raw-peer.ts'

const request = (index: number, begin = 0, length = 16_384): BlockRequest => ({ index, begin, length })
const asking = (...requests: readonly BlockRequest[]): Message => ({ name: 'request', requests })

/** Says something as soon as it is unchoked. */
const onUnchoke = (...messages: readonly Message[]): Script => ({
  greets: [{ name: 'have_none' }, { name: 'interested' }],
  hears(message, self) {
    if (message.name === 'unchoke') self.say(...messages)
  },
})

/** A torrent that has the first pieces of some, and listens. */
async function serving({ pieces = 20, ...options }: SwarmOptions = {}) {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 1, pieces, ...options })
  const seeder = swarm.add('seeder', { has: [0, 1] })
  swarm.start()
  await swarm.until(() => seeder.emittedOf('listening').length > 0)
  return { swarm, seeder }
}

const changesOf = (seeder: Member) =>
  seeder.emittedOf('reputation').map(({ rule, change, reputation, piece, detail }) => ({
    rule,
    change,
    reputation,
    ...(piece !== undefined && { piece }),
    ...(detail !== undefined && { detail }),
  }))

/** A remote that comes back after each connection, ever the same host. */
async function offend(script: Script, times: number) {
  const { swarm, seeder } = await serving()
  const ends: (string | undefined)[] = []
  for (let visit = 0; visit < times; visit++) {
    const offender = dialRaw(swarm, 'offender', 'seeder', script)
    await swarm.pass(1_000)
    ends.push(offender.end?.code)
  }
  await swarm.stop()
  return { seeder, ends }
}

describe('requests for pieces that were never announced', () => {
  test('are rejected, cost 5 a piece, and ban who goes on', async () => {
    const { swarm, seeder } = await serving()
    const asked = Array.from({ length: 12 }, (_, i) => request(i + 2))
    const asker = dialRaw(swarm, 'asker', 'seeder', onUnchoke(...asked.map((one) => asking(one))))
    await swarm.until(() => seeder.emittedOf('banned').length > 0, 60_000)
    await swarm.pass(1_000)
    const [ban] = seeder.emittedOf('banned')
    expect(ban).toMatchObject({ address: { host: 'asker' }, reputation: 50 })
    expect(ban?.reason).toBe('10 × not_announced (pieces 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)')
    expect(changesOf(seeder).slice(0, 2)).toEqual([
      { rule: 'not_announced', change: -5, reputation: 95, piece: 2 },
      { rule: 'not_announced', change: -5, reputation: 90, piece: 3 },
    ])
    expect(asker.count('reject_request')).toBeGreaterThanOrEqual(9)
    expect(asker.end).toBeDefined()
    await swarm.stop()
  })
})

describe('requests that cross our choke, and those of a good client', () => {
  test('cost nothing', async () => {
    const { swarm, seeder } = await serving()
    const client = dialRaw(swarm, 'client', 'seeder', {
      greets: [{ name: 'have_none' }, { name: 'interested' }, asking(request(0), request(1))],
    })
    await swarm.until(() => client.count('unchoke') > 0, 60_000)
    client.say(asking(request(0), request(1)))
    await swarm.pass(5_000)
    expect(client.count('piece') + client.count('reject_request')).toBe(4)
    expect([client.end, changesOf(seeder)]).toEqual([undefined, []])
    await swarm.stop()
  })
})

describe('who asks for', () => {
  test('what does not exist is closed, remembered, and banned at the fifth time', async () => {
    const { seeder, ends } = await offend({ greets: [asking(request(99))] }, 7)
    const detail = 'request_out_of_range'
    expect(changesOf(seeder)).toEqual(
      [90, 80, 70, 60, 50].map((reputation) => ({ rule: 'violation', change: -10, reputation, detail })),
    )
    const [ban] = seeder.emittedOf('banned')
    expect(ban).toMatchObject({ address: { host: 'offender' }, reputation: 50, reason: `5 × violation (${detail})` })
    expect(ban?.evidence).toHaveLength(5)
    expect(new Set(ban?.evidence.map(({ peer }) => peer)).size).toBe(5)
    expect(ends.every((end) => end !== undefined)).toBe(true)
  })

  test('too much is closed when it heeds no refusal, and banned at the third time', async () => {
    const flood = Array.from({ length: 5 }, () =>
      asking(...Array.from({ length: limits.refusedRequests / 4 }, () => request(0))),
    )
    const { seeder } = await offend({ greets: flood }, 4)
    const detail = 'request_flood'
    expect(changesOf(seeder)).toEqual(
      [80, 60, 40].map((reputation) => ({ rule: 'flood', change: -20, reputation, detail })),
    )
    expect(seeder.emittedOf('banned')).toMatchObject([{ reputation: 40, reason: `3 × flood (${detail})` }])
  })
})
