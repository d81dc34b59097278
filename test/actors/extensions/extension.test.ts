import { describe, expect, test } from 'vitest'
import { bencoded, defineExtension } from '../../../actors/extensions/extension.ts'
import type { ExtensionHost, ExtensionPeer } from '../../../machines/torrent/extension.ts'
import { type BencodeInput, type BencodeValue, encodeBencode } from '../../../transport/wire/bencode.ts'
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
