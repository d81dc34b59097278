import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { bencoded, defineExtension, extensionLogic } from '../../../actors/extensions/extension.ts'
import { createTorrent, type Torrent } from '../../../actors/torrent.ts'
import type { Extension, ExtensionHost, ExtensionPeer } from '../../../machines/extensions/extension.ts'
import { openMemoryStore } from '../../../storage/memory-store.ts'
import { createMemoryNetwork } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { type BencodeInput, type BencodeValue, encodeBencode } from '../../../transport/wire/bencode.ts'
import { sampleTorrent } from '../../swarm/sample.ts'
import { closes, connection, greets, run, says, tick } from './acquaintances.ts'

/** An extension that notes all it hears; `host` and the peers it met, to do something with. */
function diary() {
  const heard: string[] = []
  const met: ExtensionPeer[] = []
  let host: ExtensionHost<BencodeValue | BencodeInput> | undefined
  const note = (what: string) => (peer: ExtensionPeer) => {
    heard.push(`${what} ${peer.peer}${peer.speaks ? ', who speaks it' : ''}`)
    met.push(peer)
  }
  const extension = defineExtension({
    name: 'pc_diary',
    codec: bencoded,
    start: (given) => {
      host = given
      return {
        opened: note('opened'),
        greeted: note('greeted'),
        message: ({ peer }, content) => void heard.push(`message of ${peer}: ${JSON.stringify(content)}`),
        closed: note('closed'),
        tick: (at) => void heard.push(`tick ${at}`),
      }
    },
  })
  const running = run(extension)
  if (!host) throw new Error('it was not started')
  return { ...running, host, heard: () => heard.splice(0), last: () => met.at(-1) as ExtensionPeer }
}

describe('an extension', () => {
  test('hears of its peers and from them, in order, and of the time', () => {
    const { tell, heard } = diary()
    tell(connection(4, '10.0.0.2').opened, greets(4, { m: { ut_pex: 1 } }), greets(4, { m: { pc_diary: 3 } }))
    tell(says(4, encodeBencode([1, 2])), tick(7_000), closes(4))
    expect(heard()).toEqual([
      'opened 4',
      'greeted 4',
      'greeted 4, who speaks it',
      'message of 4: [1,2]',
      'tick 7000',
      'closed 4, who speaks it',
    ])
  })

  test('sends to whoever takes its messages, as long as it does', () => {
    const { tell, host, last, wishes } = diary()
    tell(connection(4, '10.0.0.2').opened)
    host.send(last(), 'too early')
    tell(greets(4, { m: { pc_diary: 3 } }))
    host.send(last(), 'hello')
    tell(greets(4, { m: { pc_diary: 0 } }))
    host.send(last(), 'not wanted')
    tell(closes(4))
    host.send(last(), 'too late')
    expect(wishes()).toEqual([{ type: 'extension.send', name: 'pc_diary', peer: 4, payload: encodeBencode('hello') }])
  })

  test('whose name a remote finds on every object is spoken by nobody', () => {
    const { wishes, tell } = run(
      defineExtension({
        name: 'constructor',
        codec: bencoded,
        start: (host) => ({ greeted: (peer) => host.send(peer, 1) }),
      }),
    )
    tell(connection(4, '10.0.0.2').opened, greets(4, { m: {} }), greets(4, {}))
    expect(wishes()).toEqual([])
  })

  test('never sees what is no message: its sender is at fault', () => {
    const { tell, heard, wishes } = diary()
    tell(connection(4, '10.0.0.2').opened, says(4, new TextEncoder().encode('d1:')))
    expect(heard()).toEqual(['opened 4'])
    expect(wishes()).toEqual([{ type: 'extension.fault', peer: 4, code: 'extension_malformed' }])
  })

  test('may end a connection for a reason of its own', () => {
    const { tell, host, last, wishes } = diary()
    tell(connection(4, '10.0.0.2').opened)
    host.fault(last())
    host.fault(last(), 'metadata_flood')
    expect(wishes()).toEqual([
      { type: 'extension.fault', peer: 4, code: 'extension_misused' },
      { type: 'extension.fault', peer: 4, code: 'metadata_flood' },
    ])
  })

  test('passes over who was not introduced', () => {
    const { tell, heard, wishes } = diary()
    tell(greets(5, {}), says(5, encodeBencode(1)), closes(5))
    expect([heard(), wishes()]).toEqual([[], []])
  })

  test('starts anew on each torrent', () => {
    let started = 0
    const extension = defineExtension({
      name: 'pc_count',
      codec: bencoded,
      start: () => {
        started++
        return {}
      },
    })
    run(extension).tell(connection(1, '10.0.0.2').opened, tick(0), closes(1))
    run(extension)
    expect(started).toBe(2)
  })

  test('has a name', () => {
    expect(() => defineExtension({ name: '', codec: bencoded, start: () => ({}) })).toThrow(RangeError)
  })
})

test('messages in bencode come as they were said, text as bytes', () => {
  expect(bencoded.decode(bencoded.encode({ a: [1, 'b'] }))).toEqual({ a: [1, new TextEncoder().encode('b')] })
  expect(bencoded.decode(new TextEncoder().encode('x'))).toBeUndefined()
})

test('a peer gives a message in bencode no properties by way of a key __proto__', () => {
  const said = bencoded.decode(new TextEncoder().encode('d9:__proto__d5:admini1eee'))
  expect(said).not.toHaveProperty('admin')
  expect(Object.keys(said ?? {})).toEqual(['__proto__'])
})

test('code of an extension that throws over what a peer says is that peer’s end, and nobody else’s', () => {
  const { tell, wishes } = run(
    defineExtension({
      name: 'pc_fragile',
      codec: bencoded,
      start: () => ({
        message: () => {
          throw new Error('not a number')
        },
      }),
    }),
  )
  tell(connection(4, '10.0.0.2').opened, says(4, encodeBencode('x')), tick(1_000))
  expect(wishes()).toEqual([{ type: 'extension.crashed', peer: 4, error: new Error('not a number') }])
})

describe('the end of an extension', () => {
  /** An extension with a timer of its own. */
  function beacon(clock: SimulatedClock, stopped: () => void = () => {}) {
    const beats: number[] = []
    const extension = defineExtension({
      name: 'pc_beacon',
      codec: bencoded,
      start: () => {
        let timer: ReturnType<SimulatedClock['setTimeout']> | undefined
        const beat = () => {
          beats.push(clock.now())
          timer = clock.setTimeout(beat, 1_000)
        }
        beat()
        return {
          stopped() {
            clock.clearTimeout(timer)
            beats.push(Number.NaN)
            stopped()
          },
        }
      },
    })
    return { extension, beats }
  }

  /** A torrent it runs on, stopped. */
  function torrentWith(clock: SimulatedClock, ...extensions: readonly Extension[]): Torrent {
    const { metainfo } = sampleTorrent()
    const random = seededRandom(1)
    const transport = createMemoryNetwork({ clock, random }).transport('10.0.0.1')
    return createTorrent({ metainfo, store: openMemoryStore(metainfo), transport, clock, random, extensions })
  }

  test.each<[string, (torrent: Torrent) => unknown]>([
    ['it is removed', ({ removeExtension }) => removeExtension('pc_beacon')],
    [
      'it is replaced',
      ({ addExtension }) => addExtension(defineExtension({ name: 'pc_beacon', codec: bencoded, start: () => ({}) })),
    ],
    ['its torrent stops', ({ stop }) => stop()],
    ['the actor of its torrent stops', ({ actor }) => actor.stop()],
  ])('is told once when %s: its timer is gone', async (_, end) => {
    const clock = new SimulatedClock()
    const { extension, beats } = beacon(clock)
    const torrent = torrentWith(clock, extension)
    clock.advance(1_000)
    expect(beats).toEqual([0, 1_000])
    await end(torrent)
    await torrent.stop()
    clock.advance(5_000)
    expect(beats).toEqual([0, 1_000, Number.NaN])
  })

  test('that throws harms nothing', async () => {
    const clock = new SimulatedClock()
    const { extension, beats } = beacon(clock, () => {
      throw new Error('no such file')
    })
    const torrent = torrentWith(clock, extension)
    torrent.start()
    torrent.removeExtension('pc_beacon')
    expect(torrent.actor.getSnapshot()).toMatchObject({ value: { life: { checking: 'to_start' } }, status: 'active' })
    torrent.addExtension(extension)
    await torrent.stop()
    expect(torrent.actor.getSnapshot().status).toBe('stopped')
    expect(beats).toEqual([0, Number.NaN, 0, Number.NaN])
  })

  test('comes with a tick that throws', () => {
    const ends: string[] = []
    const extension = defineExtension({
      name: 'pc_fragile',
      codec: bencoded,
      start: () => ({
        tick() {
          throw new Error('no time')
        },
        stopped: () => void ends.push('stopped'),
      }),
    })
    const actor = createActor(extensionLogic, { input: { extension, owner: createActor(fromCallback(() => {})) } })
    actor.subscribe({ error: (error) => ends.push(String(error)) })
    actor.start()
    actor.send(tick(1_000))
    actor.stop()
    expect(ends).toEqual(['stopped', 'Error: no time'])
  })

  test('sends nothing any more', () => {
    const { tell, wishes } = run(
      defineExtension({
        name: 'pc_goodbye',
        codec: bencoded,
        start: (host) => {
          const met: ExtensionPeer[] = []
          return {
            greeted: (peer) => void met.push(peer),
            stopped() {
              for (const peer of met) host.send(peer, 'goodbye')
            },
          }
        },
      }),
    )
    tell(connection(4, '10.0.0.2').opened, greets(4, { m: { pc_goodbye: 3 } }), { type: 'extension.stopped' })
    expect(wishes()).toEqual([])
  })
})
