import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { initiate } from '../../transport/mse/initiator.ts'
import { keyBytes } from '../../transport/mse/key-exchange.ts'
import type { Negotiation } from '../../transport/mse/negotiation.ts'
import type { NegotiationOutput } from '../../transport/mse/negotiation-output.ts'
import { respond } from '../../transport/mse/responder.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { protocolHeader } from '../../transport/wire/handshake.ts'
import { torrent } from '../pair.ts'
import { concat } from '../transport/wire/record.ts'
import { type Encounter, meet } from './remote.ts'

const randomBytes = randomBytesFrom(seededRandom(9))
const noise = (length: number) => randomBytes(length)

/** It has ended for this reason, and no timer goes on. */
function expectEnd({ clock, us, remote }: Encounter, reason: string): void {
  const { source, code } = us.closeReason ?? {}
  expect(`${source}.${code}`).toBe(reason)
  remote.connection.destroy()
  clock.advance(0)
  expect(clock.pending).toBe(0)
}

const written = (outputs: readonly NegotiationOutput[]): Uint8Array =>
  concat(outputs.flatMap((output) => (output.type === 'write' ? [output.bytes] : [])))

/** What a good initiator says, step by step, given what our peer has answered. */
const initiator = (infoHash: Uint8Array): Negotiation =>
  initiate({ infoHash, offer: ['rc4'], initialPayload: new Uint8Array(0), padding: noise(100), randomBytes })

/** The bytes of a good initiator's last step, sent only as far as `upTo`. */
function sendLastStep(encounter: Encounter, infoHash: Uint8Array, upTo = Number.POSITIVE_INFINITY): void {
  const negotiation = initiator(infoHash)
  encounter.remote.send(written(negotiation.start()))
  encounter.clock.advance(1)
  const step = written(negotiation.push(encounter.remote.take()))
  encounter.remote.send(step.subarray(0, upTo))
  encounter.clock.advance(1)
}

describe('whoever dials us', () => {
  const stalls: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', new Uint8Array(0), 'timeout.detecting'],
    ['half of a header', protocolHeader.subarray(0, 10), 'timeout.detecting'],
    ['all of a header but its last letter', protocolHeader.subarray(0, 19), 'timeout.detecting'],
    ["one byte that is no header's", Uint8Array.of(7), 'timeout.key_exchange'],
    ['all of a key but its last byte', noise(keyBytes - 1), 'timeout.key_exchange'],
    ['a key that begins like a header', concat([protocolHeader.subarray(0, 19), noise(76)]), 'timeout.key_exchange'],
    ['a key', noise(keyBytes), 'timeout.synchronising'],
    ['a key and all the padding there can be', noise(keyBytes + 512), 'timeout.synchronising'],
  ]

  test.each(stalls)('and says %s is gone after the five seconds of that step', (_, bytes, reason) => {
    const encounter = meet({ encryption: 'preferred' })
    if (bytes.length > 0) encounter.remote.send(bytes)
    encounter.clock.advance(4_990)
    expect(encounter.us.closeReason).toBeUndefined()
    encounter.clock.advance(20)
    expectEnd(encounter, reason)
  })

  test('and stops in the middle of the last step is gone after its five seconds', () => {
    const encounter = meet({ encryption: 'preferred' })
    sendLastStep(encounter, torrent.infoHash, 50)
    expect(encounter.us.peer.actor.getSnapshot().value.encryption).toBe('selecting')
    encounter.clock.advance(5_000)
    expectEnd(encounter, 'timeout.selecting')
  })

  test('and floods what should be padding is gone with the byte that is one too many', () => {
    const encounter = meet({ encryption: 'preferred' })
    encounter.remote.send(noise(keyBytes + 512 + 19))
    encounter.clock.advance(10)
    expect(encounter.us.closeReason).toBeUndefined()
    encounter.remote.send(noise(1))
    encounter.clock.advance(10)
    expectEnd(encounter, 'remote.sync_not_found')
  })

  test('and drips each step till just before its end is in, or out, after 30 s', () => {
    const encounter = meet({ encryption: 'preferred' })
    const start = encounter.clock.now()
    const negotiation = initiator(torrent.infoHash)
    const key = written(negotiation.start())
    /** All but the last byte at once, the last when the step's time is nearly over. */
    const drip = (bytes: Uint8Array, ms: number) => {
      encounter.remote.send(bytes.subarray(0, -1))
      encounter.clock.advance(ms - 10)
      encounter.remote.send(bytes.subarray(-1))
      encounter.clock.advance(5)
    }
    encounter.clock.advance(delays.detectingMs - 10)
    drip(key.subarray(0, keyBytes), delays.keyExchangeMs)
    const steps = written(negotiation.push(encounter.remote.take()))
    drip(concat([key.subarray(keyBytes), steps.subarray(0, 40)]), delays.synchronisingMs)
    drip(steps.subarray(40), delays.selectingMs)
    expect(encounter.us.peer.actor.getSnapshot().value.encryption).toBe('rc4')
    encounter.clock.advance(delays.handshakeMs)
    expectEnd(encounter, 'timeout.handshake')
    expect(encounter.clock.now() - start).toBeLessThan(30_000)
  })

  test('and floods in drips is out as soon as the padding is too long', () => {
    const encounter = meet({ encryption: 'preferred' })
    const start = encounter.clock.now()
    for (let at = 0; encounter.us.closeReason === undefined && at < 60; at++) {
      encounter.remote.send(noise(40))
      encounter.clock.advance(900)
    }
    expect(encounter.clock.now() - start).toBeLessThan(10_000)
  })

  test('and has a key that makes the secret a known number is gone', () => {
    const encounter = meet({ encryption: 'preferred' })
    encounter.remote.send(new Uint8Array(keyBytes))
    encounter.clock.advance(10)
    expectEnd(encounter, 'remote.bad_public_key')
  })

  test('and negotiates about a torrent we do not serve is told nothing more', () => {
    const encounter = meet({ encryption: 'preferred' })
    sendLastStep(encounter, new Uint8Array(20).fill(0xbb))
    expectEnd(encounter, 'local.unknown_torrent')
  })

  test('and speaks plaintext where encryption is required gets no byte', () => {
    const encounter = meet({ encryption: 'required' })
    encounter.remote.greet()
    encounter.clock.advance(10)
    expect(encounter.remote.take()).toHaveLength(0)
    expectEnd(encounter, 'local.encryption_required')
  })

  test('and offers nothing but plaintext where encryption is required is gone', () => {
    const encounter = meet({ encryption: 'required' })
    const negotiation = initiate({
      infoHash: torrent.infoHash,
      offer: ['plaintext'],
      initialPayload: new Uint8Array(0),
      padding: noise(0),
      randomBytes,
    })
    encounter.remote.send(written(negotiation.start()))
    encounter.clock.advance(1)
    encounter.remote.send(written(negotiation.push(encounter.remote.take())))
    encounter.clock.advance(1)
    expectEnd(encounter, 'local.encryption_required')
  })
})

describe('whoever we dial', () => {
  const stalls: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', new Uint8Array(0), 'timeout.key_exchange'],
    ['half of a key', noise(48), 'timeout.key_exchange'],
    ['a key', noise(keyBytes), 'timeout.synchronising'],
    ['a key and all the padding there can be', noise(keyBytes + 512), 'timeout.synchronising'],
  ]

  test.each(stalls)('and answers our key with %s is gone after the five seconds of that step', (_, bytes, reason) => {
    const encounter = meet({ direction: 'out', encryption: 'preferred' })
    if (bytes.length > 0) encounter.remote.send(bytes)
    encounter.clock.advance(4_990)
    expect(encounter.us.closeReason).toBeUndefined()
    encounter.clock.advance(20)
    expectEnd(encounter, reason)
  })

  test('and floods is gone with the byte that is one too many', () => {
    const encounter = meet({ direction: 'out', encryption: 'preferred' })
    encounter.remote.send(noise(keyBytes + 512 + 7))
    encounter.clock.advance(10)
    expect(encounter.us.closeReason).toBeUndefined()
    encounter.remote.send(noise(100_000))
    encounter.clock.advance(10)
    expectEnd(encounter, 'remote.sync_not_found')
  })

  test.each(['preferred', 'required'] as const)('and answers in plaintext refuses encryption (%s)', (encryption) => {
    const encounter = meet({ direction: 'out', encryption })
    encounter.remote.greet()
    encounter.clock.advance(10)
    expectEnd(encounter, 'remote.encryption_refused')
  })

  test('and selects plaintext where we offered RC4 alone is gone', () => {
    const encounter = meet({ direction: 'out', encryption: 'required' })
    const negotiation = respond({
      lookup: () => torrent.infoHash,
      select: () => 'rc4',
      padding: new Uint8Array(0),
      randomBytes,
    })
    negotiation.start()
    const key = written(negotiation.push(encounter.remote.take()))
    encounter.remote.send(key)
    encounter.clock.advance(1)
    const [answer] = negotiation.push(encounter.remote.take()).flatMap((output) => {
      return output.type === 'write' ? [output.bytes] : []
    })
    if (!answer) throw new Error('the negotiation did not get to its last step')
    // crypto_select is the four bytes behind the VC: RC4 is 2, plaintext 1, both of them 3. The stream cipher keeps the place.
    answer[11] = (answer[11] as number) ^ 2 ^ 1
    encounter.remote.send(answer)
    encounter.clock.advance(1)
    expectEnd(encounter, 'remote.bad_selection')
  })
})
