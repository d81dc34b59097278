import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../../../transport/random.ts'
import { type PacketType, packetTypes } from '../../../transport/utp/packet.ts'
import { ScriptedRemote } from './scripted-remote.ts'

/** Packets that no program sends. */

const { data, fin, state, syn } = packetTypes
const types: readonly PacketType[] = [data, data, data, state, state, syn, fin]

/** A packet of anything, of which the numbers are near those that mean something, or anywhere. */
function nonsense(random: Random, canEnd: boolean) {
  const below = (count: number) => Math.floor(random() * count)
  const near = (number: number) => (random() < 0.8 ? number - 40 + below(80) : below(65_536)) & 0xffff
  const type = types[below(canEnd ? types.length : types.length - 1)] ?? data
  return {
    type,
    connectionId: below(65_536),
    timestamp: below(2 ** 32),
    timestampDifference: random() < 0.2 ? 0 : below(2 ** 32),
    window: random() < 0.3 ? below(3000) : below(2 ** 32),
    sequence: near(900),
    ack: near(520),
    ...(random() < 0.3 ? { extensions: mask(random) } : {}),
    payload: new Uint8Array(random() < 0.5 ? 0 : below(1400)),
  }
}

function mask(random: Random): [number, number[]] {
  const length = Math.floor(random() * 40)
  return [1, [0, length, ...Array.from({ length }, () => Math.floor(random() * 256))]]
}

test('packets of anything make no stream throw, hold more than its window, say more than was said, or leave a timer', () => {
  for (let seed = 1; seed <= 24; seed++) {
    const random = seededRandom(seed)
    const remote = [ScriptedRemote.connected, ScriptedRemote.dialled, ScriptedRemote.accepted][seed % 3]?.()
    if (remote === undefined) throw new Error('no stream')
    remote.write(30)
    remote.sent()
    for (let i = 0; i < 150; i++) {
      remote.hear(nonsense(random, seed % 2 === 0))
      if (random() < 0.5) remote.pass(random() * 20)
      expect(remote.clock.pending).toBeLessThanOrEqual(2)
    }
    remote.pass(0)
    // One acknowledgement a packet at the most, and each of the 30 a few times.
    expect(remote.sent().length).toBeLessThan(150 + 30 * 6)
    remote.end.stream.destroy()
    remote.pass(60_000)
    expect([remote.end.isFree, remote.clock.pending]).toEqual([true, 0])
  }
})

test('an acknowledgement of the future changes nothing, with a mask or without', () => {
  const remote = ScriptedRemote.connected()
  remote.write(3)
  remote.sent()
  for (const ack of [504, 600, 20_000]) remote.say({ ack, mask: Array(32).fill(0xff), window: 0 })
  remote.pass(600)
  expect(remote.sentData()).toContain(501)
  remote.say({ ack: 503 })
  remote.write(1)
  expect(remote.sentData()).toEqual([504])
})
