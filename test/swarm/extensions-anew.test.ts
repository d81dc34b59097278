import { describe, expect, test } from 'vitest'
import { bencoded, defineExtension } from '../../actors/extensions/extension.ts'
import { closing } from '../../machines/torrent/connections/batching.ts'
import { extendedMessage } from '../../testing/remote/extended-messages.ts'
import { dialRaw } from '../hostile/raw-peer.ts'
import { speaker } from './speaker.ts'
import { createSwarm } from './swarm.ts'

describe('an extension whose own code threw, after a new start of its torrent', () => {
  const defect = new Error('a defect')
  const withoutTicks = (heard: readonly string[]) => heard.filter((one) => one !== 'tick')

  /** A torrent with an extension that throws at a tick, the third if not said, and notes the others. */
  async function fragile(tickOfDefect = 3) {
    const lives: string[][] = []
    let ticks = 0
    const extension = defineExtension({
      name: 'pc_fragile',
      codec: bencoded,
      start: (host) => {
        const heard: string[] = []
        lives.push(heard)
        return {
          opened: ({ address }) => heard.push(`opened ${address.host}`),
          greeted: (peer) => host.send(peer, 'hi'),
          message: ({ address }, text) => heard.push(`${address.host}: ${JSON.stringify(text)}`),
          closed: ({ address }) => heard.push(`closed ${address.host}`),
          tick: () => {
            if (++ticks === tickOfDefect) throw defect
            heard.push('tick')
          },
          stopped: () => heard.push('stopped'),
        }
      },
    })
    const swarm = createSwarm({ encryption: 'none' })
    const member = swarm.add('10.0.0.1', { extensions: [extension] })
    const dial = (host: string) => {
      const remote = speaker({ m: { pc_fragile: 9 } })
      const raw = dialRaw(swarm, host, '10.0.0.1', remote.script)
      return { remote, raw, id: () => remote.greetings.at(-1)?.m?.pc_fragile ?? 0 }
    }
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    return { swarm, member, lives, dial }
  }

  test('runs anew, once, under its id, and hears and says as before', async () => {
    const { swarm, member, lives, dial } = await fragile()
    const before = dial('10.0.0.9')
    await swarm.until(() => member.state === 'failed')
    expect(lives.map(withoutTicks)).toEqual([['opened 10.0.0.9', 'stopped']])
    await swarm.pass(10_000)
    member.torrent.start()
    await swarm.until(() => member.state === 'downloading')
    const after = dial('10.0.0.9')
    await swarm.pass(500)
    expect([after.id(), after.remote.heard(9).length]).toEqual([before.id(), 1])
    after.raw.say(extendedMessage(after.id(), 1))
    await swarm.pass(2_000)
    expect(lives.slice(1).map(withoutTicks)).toEqual([['opened 10.0.0.9', '10.0.0.9: 1']])
    expect(lives[1]).toContain('tick')
    expect(member.emittedOf('failed').map(({ error }) => error)).toEqual([defect])
    await swarm.stop()
    expect(lives[1]?.at(-1)).toBe('stopped')
  })

  test('hears of the connections that have not closed yet, and of their end', async () => {
    const { swarm, member, lives, dial } = await fragile()
    const hosts = Array.from({ length: closing.batch + 1 }, (_, nth) => `10.0.1.${nth}`)
    for (const host of hosts) dial(host)
    member.torrent.on('failed', () => member.torrent.start())
    await swarm.until(() => member.emittedOf('failed').length > 0)
    await swarm.pass(1_000)
    const last = hosts.at(-1)
    expect(lives.slice(1).map(withoutTicks)).toEqual([[`opened ${last}`, `closed ${last}`]])
    await swarm.stop()
  })

  test('is alone in that: the others go on with what they know', async () => {
    const { swarm, member } = await fragile()
    let started = 0
    const start = () => {
      started++
      return {}
    }
    member.torrent.addExtension(defineExtension({ name: 'pc_sound', codec: bencoded, start }))
    await swarm.until(() => member.state === 'failed')
    member.torrent.start()
    await swarm.pass(5_000)
    expect([member.state, started]).toEqual(['downloading', 1])
    await swarm.stop()
  })

  test('stays away when it was removed meanwhile', async () => {
    const { swarm, member, lives, dial } = await fragile()
    await swarm.until(() => member.state === 'failed')
    member.torrent.removeExtension('pc_fragile')
    member.torrent.start()
    await swarm.until(() => member.state === 'downloading')
    const { id } = dial('10.0.0.9')
    await swarm.pass(2_000)
    expect([lives.length, id()]).toEqual([1, 0])
    await swarm.stop()
  })

  test('runs anew on a magnet link, too, before the metadata has come', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    let started = 0
    const ticks: number[] = []
    const extension = defineExtension({
      name: 'pc_fragile',
      codec: bencoded,
      start: () => {
        const life = ++started
        return {
          tick: () => {
            ticks.push(life)
            if (life === 1) throw defect
          },
        }
      },
    })
    const member = swarm.add('10.0.0.1', { magnet: true, extensions: [extension] })
    swarm.start()
    await swarm.until(() => member.state === 'failed')
    member.torrent.start()
    await swarm.pass(2_500)
    expect([member.state, started]).toEqual(['fetching_metadata', 2])
    expect(ticks.filter((life) => life === 2).length).toBeGreaterThan(1)
    await swarm.stop()
  })

  test.each([
    ['a torrent', false, 'downloading'],
    ['a magnet link', true, 'fetching_metadata'],
  ])(
    'fails %s again when it does not start, from the first start on, until it is removed',
    async (_, magnet, state) => {
      const swarm = createSwarm({ encryption: 'none' })
      const broken = defineExtension({
        name: 'pc_broken',
        codec: bencoded,
        start: () => {
          throw defect
        },
      })
      const member = swarm.add('10.0.0.1', { magnet, extensions: [broken] })
      for (const times of [1, 2]) {
        member.torrent.start()
        await swarm.pass(1_000)
        expect([member.state, member.emittedOf('failed').map(({ error }) => error)]).toEqual([
          'failed',
          Array.from({ length: times }, () => defect),
        ])
      }
      member.torrent.removeExtension('pc_broken')
      member.torrent.start()
      await swarm.until(() => member.state === state)
      await swarm.stop()
    },
  )
})
