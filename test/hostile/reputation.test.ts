import { describe, expect, test } from 'vitest'
import { limits } from '../../machines/peer/vocabulary/delays.ts'
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
async function offend(script: Script | ((visit: number) => Script), times: number) {
  const { swarm, seeder } = await serving()
  const ends: (string | undefined)[] = []
  for (let visit = 0; visit < times; visit++) {
    const offender = dialRaw(swarm, 'offender', 'seeder', typeof script === 'function' ? script(visit) : script)
    await swarm.pass(1_000)
    ends.push(offender.end?.code)
  }
  await swarm.stop()
  return { seeder, ends }
}

describe('requests for pieces that were never announced', () => {
  test('are rejected, cost 5 a batch, and ban who hears that and goes on', async () => {
    const { swarm, seeder } = await serving()
    let next = 2
    const asker = dialRaw(swarm, 'asker', 'seeder', {
      greets: [{ name: 'have_none' }, { name: 'interested' }],
      hears(message, self) {
        if (message.name === 'unchoke' || message.name === 'reject_request') self.say(asking(request(next++)))
      },
    })
    await swarm.until(() => seeder.emittedOf('banned').length > 0, 60_000)
    await swarm.pass(1_000)
    const [ban] = seeder.emittedOf('banned')
    expect(ban).toMatchObject({ address: { host: 'asker' }, reputation: 50 })
    expect(ban?.reason).toBe('10 × not_announced (pieces 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)')
    expect(changesOf(seeder).slice(0, 2)).toEqual([
      { rule: 'not_announced', change: -5, reputation: 95, piece: 2 },
      { rule: 'not_announced', change: -5, reputation: 90, piece: 3 },
    ])
    expect(asker.all('reject_request').length).toBeGreaterThanOrEqual(9)
    expect(asker.end).toBeDefined()
    await swarm.stop()
  })

  test('that come at a time cost 5 together: nobody is banned before it could hear of the first refusal', async () => {
    const { swarm, seeder } = await serving()
    const asked = Array.from({ length: 12 }, (_, i) => request(i + 2))
    const asker = dialRaw(swarm, 'asker', 'seeder', onUnchoke(asking(...asked)))
    await swarm.until(() => asker.all('reject_request').length === asked.length, 60_000)
    expect(changesOf(seeder)).toEqual([{ rule: 'not_announced', change: -5, reputation: 95, piece: 2 }])
    expect(asker.end).toBeUndefined()
    await swarm.stop()
  })
})

describe('requests that cross our choke, and those of a good client', () => {
  test('cost nothing', async () => {
    const { swarm, seeder } = await serving()
    const client = dialRaw(swarm, 'client', 'seeder', {
      greets: [{ name: 'have_none' }, { name: 'interested' }, asking(request(0), request(1))],
    })
    await swarm.until(() => client.all('unchoke').length > 0, 60_000)
    client.say(asking(request(0), request(1)))
    await swarm.pass(5_000)
    expect(client.all('piece').length + client.all('reject_request').length).toBe(4)
    expect([client.end, changesOf(seeder)]).toEqual([undefined, []])
    await swarm.stop()
  })
})

describe('who asks for', () => {
  test('32 KiB at a time is closed each time, and not banned for that quirk', async () => {
    const { seeder, ends } = await offend({ greets: [asking(request(0, 0, 32_768))] }, 7)
    const detail = 'request_out_of_range'
    expect(changesOf(seeder)).toEqual([{ rule: 'violation', change: -10, reputation: 90, detail }])
    expect(seeder.emittedOf('banned')).toEqual([])
    expect(ends).toHaveLength(7)
    expect(ends.every((end) => end !== undefined)).toBe(true)
  })

  test('what does not exist, and breaks another rule each time, is banned at the fifth', async () => {
    const faults: readonly { code: string; message: Message }[] = [
      { code: 'request_out_of_range', message: asking(request(99)) },
      { code: 'have_out_of_range', message: { name: 'have', index: 99 } },
      { code: 'bitfield_invalid', message: { name: 'bitfield', bits: new Uint8Array(99) } },
      { code: 'reject_unrequested', message: { name: 'reject_request', requests: [request(0)] } },
      {
        code: 'piece_unrequested',
        message: { name: 'piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(16_384) }] },
      },
    ]
    const { seeder } = await offend(
      (visit) => ({ greets: [{ name: 'have_none' }, ...faults.slice(visit, visit + 1).map(({ message }) => message)] }),
      faults.length,
    )
    expect(changesOf(seeder)).toEqual(
      faults.map(({ code }, i) => ({ rule: 'violation', change: -10, reputation: 90 - 10 * i, detail: code })),
    )
    const [ban] = seeder.emittedOf('banned')
    const codes = faults.map(({ code }) => code).join(', ')
    expect(ban).toMatchObject({ address: { host: 'offender' }, reputation: 50, reason: `5 × violation (${codes})` })
    expect(new Set(ban?.evidence.map(({ peer }) => peer)).size).toBe(5)
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
