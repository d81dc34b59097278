import { describe, expect, test } from 'vitest'
import { bencoded, defineExtension } from '../../actors/extensions/extension.ts'
import { talkBudget } from '../../machines/peer/vocabulary/talk.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import { extendedMessage } from '../../testing/remote/extended-messages.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import { encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { longTest } from '../in-full.ts'
import { speaker } from '../swarm/speaker.ts'
import { createSwarm } from '../swarm/swarm.ts'
import { dialRaw } from './raw-peer.ts'
import { meetOpen } from './remote.ts'

const readBytes = 256 * 1024
/** Some 10 ms of work. */
const turnEventsMax = 110
const greeting: Message = { name: 'extended', id: 0, payload: encodeExtendedHandshake({ m: { ut_metadata: 3 } }) }
const flood = { source: 'remote', code: 'message_flood' } as const

/** 53 KB, with 6,000 keys. */
const hugeDictionary = encodeBencode(
  Object.fromEntries(Array.from({ length: 5_300 }, (_, i) => [`${i}`.padStart(5, '0'), 1])),
)

/** As many of the messages as one read holds. */
function aReadOf(...messages: readonly Message[]): Uint8Array {
  const unit = encodeMessages(...messages)
  return Buffer.concat(Array.from({ length: Math.floor(readBytes / unit.length) }, () => unit))
}

/** An open peer, and how many events it takes in each turn of its clock. */
function counted() {
  const encounter = meetOpen({ pieceLength: 16_384, length: 16_384 * 20_000 })
  const { clock, us } = encounter
  let events = 0
  us.peer.actor.subscribe(() => {
    events++
  })
  const turn = () => {
    events = 0
    const isLeft = clock.advanceToNext()
    return isLeft ? events : undefined
  }
  /** Everything that was sent has been heard; the ticker is what is left. */
  turn.isIdle = () => clock.pending === 1
  return { ...encounter, turn }
}

test.each<[string, readonly Message[]]>([
  ['interested and not_interested', [{ name: 'interested' }, { name: 'not_interested' }]],
  ['choke and unchoke', [{ name: 'unchoke' }, { name: 'choke' }]],
  ['extended handshakes', [greeting]],
  ['extended handshakes of 53 KB', [{ name: 'extended', id: 0, payload: hugeDictionary }]],
  ['extended messages of 53 KB that no extension takes', [{ name: 'extended', id: 77, payload: hugeDictionary }]],
  ['extended messages that no extension takes', [{ name: 'extended', id: 77, payload: new Uint8Array(0) }]],
  ['keep_alive', [{ name: 'keep_alive' }]],
  ['haves of one piece', [{ name: 'have', index: 7 }]],
  ['port', [{ name: 'port', port: 6881 }]],
  ['suggest_piece', [{ name: 'suggest_piece', index: 7 }]],
  ['allowed_fast', [{ name: 'allowed_fast', index: 7 }]],
])('a read full of %s keeps nobody waiting, and reads like it end the remote', (_, messages) => {
  const { us, remote, turn } = counted()
  const turns: number[] = []
  while (us.closeReason === undefined && turns.length < 5000) {
    if (turn.isIdle()) remote.send(aReadOf(...messages))
    turns.push(turn() ?? 0)
  }
  expect(us.closeReason).toMatchObject(flood)
  expect(Math.max(...turns)).toBeLessThanOrEqual(turnEventsMax)
  expect(turns.reduce((sum, events) => sum + events)).toBeLessThan(talkBudget.atOnce + 100)
  expect(us.peer.actor.getSnapshot().context.evidence).toMatchObject([{ rule: 'flood', detail: 'message_flood' }])
})

longTest('20,000 haves are processed in turns, each of them, and what stands behind them in its place', () => {
  const { clock, us, remote, turn } = counted()
  const haves = Array.from({ length: 20_000 }, (_, index): Message => ({ name: 'have', index }))
  remote.say(...haves.slice(0, 10_000), { name: 'unchoke' }, ...haves.slice(10_000), { name: 'interested' })
  let most = 0
  for (let i = 0; i < 300; i++) most = Math.max(most, turn() ?? 0)
  expect(most).toBeLessThanOrEqual(turnEventsMax)
  clock.advance(1000)
  const said = us.news.filter(({ type }) => ['peer.have', 'peer.unchoked', 'peer.interested'].includes(type))
  expect(said.map((news) => (news.type === 'peer.have' ? news.index : news.type))).toEqual([
    ...haves.slice(0, 10_000).map((_, i) => i),
    'peer.unchoked',
    ...haves.slice(10_000).map((_, i) => 10_000 + i),
    'peer.interested',
  ])
  expect(us.closeReason).toBeUndefined()
})

test('a read full of cancels of nothing ends the remote: four count as one', () => {
  const { clock, us, remote } = counted()
  const cancel = (count: number) =>
    remote.say({
      name: 'cancel',
      requests: Array.from({ length: count }, () => ({ index: 0, begin: 0, length: 16_384 })),
    })
  cancel(4 * talkBudget.atOnce)
  clock.advance(10)
  expect(us.closeReason).toBeUndefined()
  cancel(1)
  clock.advance(10)
  expect(us.closeReason).toMatchObject(flood)
})

test('a piece that is had and lost and had again, over and over, ends the remote when all pieces might have been', () => {
  const { clock, us, remote } = counted()
  const { pieceCount } = us.peer.actor.getSnapshot().context.layout
  remote.say({ name: 'have_none' })
  for (let i = 0; i < pieceCount + talkBudget.atOnce + 1 && us.closeReason === undefined; i++) {
    remote.say({ name: 'have', index: 7 })
    us.peer.actor.send({ type: 'torrent.note_dont_have', index: 7 })
    if (i % 1000 === 0) clock.advance(10)
  }
  clock.advance(10)
  expect(us.closeReason).toMatchObject(flood)
})

test('what is said and not heard when the connection ends is forgotten at once', () => {
  const { clock, us, remote, turn } = counted()
  remote.say(...Array.from({ length: 5_000 }, (_, index): Message => ({ name: 'have', index })))
  turn()
  turn()
  const heard = us.news.filter(({ type }) => type === 'peer.have').length
  expect(heard).toBeGreaterThan(0)
  us.peer.stop()
  clock.advance(10_000)
  expect(us.news.filter(({ type }) => type === 'peer.have')).toHaveLength(heard)
})

test('the last messages of a remote that leaves are processed to the end: that it has left comes behind them', () => {
  const { clock, us, remote } = counted()
  remote.say(...Array.from({ length: 5_000 }, (_, index): Message => ({ name: 'have', index })))
  remote.connection.end()
  clock.advance(10_000)
  expect(us.news.filter(({ type }) => type === 'peer.have')).toHaveLength(5_000)
  expect(us.closeReason).toEqual({ source: 'transport', code: 'end' })
})

longTest('a remote that changes its mind ten times a second for ten minutes is no flood', () => {
  const { clock, us, remote } = counted()
  for (let i = 0; i < 6_000; i++) {
    remote.say({ name: i % 2 === 0 ? 'interested' : 'not_interested' })
    clock.advance(100)
  }
  expect(us.closeReason).toBeUndefined()
})

describe('of a flood that was read and not heard when its connection is gone', () => {
  const sent = 20_000

  /** A peer that has heard a part of such messages, all of which have come, and how many it has heard. */
  function flooded(id: number) {
    const encounter = counted()
    const { clock, us, remote } = encounter
    us.peer.actor.send({ type: 'torrent.greet', greeting: { m: { upload_only: 3 } } })
    clock.advance(10)
    let heard = 0
    us.peer.actor.system.inspect((seen) => {
      if (seen.type === '@xstate.event' && seen.event.type === 'wire.extended') heard++
    })
    const word = encodeMessages({ name: 'extended', id, payload: encodeBencode(1) })
    remote.send(Buffer.concat(Array.from({ length: sent }, () => word)))
    for (let i = 0; i < 10 && heard === 0; i++) encounter.turn()
    return { ...encounter, heard: () => heard }
  }

  test.each([
    ['upload_only', 3],
    ['an unknown id', 77],
  ])('no message is handled any more: %s', (_, id) => {
    const ours = flooded(id)
    const before = ours.heard()
    expect([before > 0, before < sent / 10, ours.us.closeReason]).toEqual([true, true, undefined])
    ours.us.peer.stop()
    ours.clock.advance(20_000)
    expect([ours.us.closeReason?.source, ours.heard(), ours.clock.pending]).toEqual(['local', before, 0])
  })

  test.each([
    ['upload_only', 3],
    ['an unknown id', 77],
  ])('no more is handled than of a remote that stays, when it was the remote that cut it: %s', (_, id) => {
    const { clock, heard, remote, us } = flooded(id)
    remote.connection.destroy()
    clock.advance(2_000)
    expect([us.closeReason, clock.pending]).toMatchObject([flood, 0])
    expect(heard()).toBeLessThanOrEqual(talkBudget.atOnce + 1)
  })

  test('no extension hears of it any more', async () => {
    let heard = 0
    let heardBefore: number | undefined
    const uploadOnly = defineExtension({
      name: 'upload_only',
      codec: bencoded,
      start: () => ({
        message: () => heard++,
        closed: () => {
          heardBefore = heard
        },
      }),
    })
    const swarm = createSwarm({ encryption: 'none' })
    const member = swarm.add('10.0.0.1', { extensions: [uploadOnly] })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const remote = speaker({ m: { upload_only: 3 } })
    const raw = dialRaw(swarm, '10.0.0.9', '10.0.0.1', remote.script)
    await swarm.pass(500)
    const word = extendedMessage(remote.greetings.at(-1)?.m?.upload_only ?? 0, 1)
    raw.say(...Array.from({ length: sent }, () => word))
    while (heard === 0) swarm.clock.advanceToNext()
    member.torrent.pause()
    expect(heardBefore).toBe(heard)
    await swarm.pass(10_000)
    expect([heard, member.torrent.peers]).toEqual([heardBefore, []])
    await swarm.stop()
  })
})
