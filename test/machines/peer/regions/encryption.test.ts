import { describe, expect, test } from 'vitest'
import type { CloseReason } from '../../../../machines/peer/vocabulary/close-reason.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import type { EncryptionPolicy } from '../../../../machines/peer/vocabulary/facts.ts'
import { Drive, infoHash, ourPeerId } from '../drive.ts'

const linkOf = (direction: 'in' | 'out') =>
  ({ link: { address: { host: '10.0.0.2', port: 6881 }, direction, kind: 'memory' } }) as const
const dialling = (encryption: EncryptionPolicy) => new Drive({ encryption, ...linkOf('out') })
const accepting = (encryption: EncryptionPolicy) => new Drive({ encryption, ...linkOf('in') })
const features = { extended: true, fast: true, dht: false }
const ours = { type: 'send.handshake', infoHash, peerId: ourPeerId, features }
const theirs: PeerEvent = { type: 'wire.info_hash', infoHash, features }
const opened: PeerEvent = { type: 'transport.opened' }
const synchronising: PeerEvent = { type: 'mse.synchronising' }
const selecting: PeerEvent = { type: 'mse.selecting' }
const established = (method: 'rc4' | 'plaintext'): PeerEvent => ({ type: 'mse.established', method, infoHash })

test('nothing is decided before the socket is open', () => {
  expect(new Drive().value.encryption).toBe('undecided')
})

describe('the side that dials', () => {
  test('says its handshake at once, in plaintext, when the policy is none', () => {
    const peer = dialling('none')
    expect(peer.take(opened).sent).toEqual([ours])
    expect(peer.value).toMatchObject({ encryption: 'plaintext', handshake: { handshaking: 'awaiting_info_hash' } })
  })

  test.each([
    ['preferred', ['rc4', 'plaintext']],
    ['required', ['rc4']],
  ] as const)('says a key and nothing else when the policy is %s, and offers %j', (policy, methods) => {
    const { type: _, ...handshake } = ours
    const peer = dialling(policy)
    expect(peer.take(opened).sent).toEqual([
      { type: 'link.offer_encryption', methods, infoHash, ...(policy === 'required' && { handshake }) },
    ])
    expect(peer.value).toMatchObject({ encryption: 'key_exchange', handshake: 'negotiating' })
  })

  test('does not say its handshake twice: with RC4 alone it went with the offer', () => {
    const peer = dialling('required')
    const { sent } = peer.take(opened, synchronising, selecting, established('rc4'))
    expect(sent.map(({ type }) => type)).toEqual(['link.offer_encryption'])
    expect(peer.value).toMatchObject({ encryption: 'rc4', handshake: { handshaking: 'awaiting_info_hash' } })
  })

  test.each(['rc4', 'plaintext'] as const)('says its handshake when %s was selected of both', (method) => {
    const peer = dialling('preferred')
    const { sent } = peer.take(opened, synchronising, selecting, established(method))
    expect(sent.at(-1)).toEqual(ours)
    expect(peer.value).toMatchObject({ encryption: method, handshake: { handshaking: 'awaiting_info_hash' } })
  })

  test.each(['preferred', 'required'] as const)('leaves a remote that answers a key in plaintext (%s)', (policy) => {
    const peer = dialling(policy)
    const { sent } = peer.take(opened, { type: 'mse.plaintext' })
    expect(sent.at(-1)).toEqual({ type: 'link.destroy' })
    expect(peer.value.encryption).toBe('failed')
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'encryption_refused' })
  })

  test('knows a socket that dies over its key for a refusal, and one that dies later for what it is', () => {
    const gone: PeerEvent = { type: 'transport.closed', end: { code: 'reset' } }
    const early = dialling('preferred')
    early.take(opened, gone)
    expect(early.context.closeReason).toEqual({ source: 'remote', code: 'encryption_refused', detail: 'reset' })
    expect(early.value.handshake).toBe('closed')
    const late = dialling('preferred')
    late.take(opened, synchronising, gone)
    expect(late.context.closeReason).toEqual({ source: 'transport', code: 'reset' })
  })

  test.each(['error', 'destroyed', 'timeout'] as const)('does not take %s for a refusal', (code) => {
    const peer = dialling('preferred')
    peer.take(opened, { type: 'transport.closed', end: { code } })
    expect(peer.context.closeReason).toEqual({ source: 'transport', code })
  })

  test('says nothing when the socket opens behind the end', () => {
    const peer = dialling('preferred')
    peer.take({ type: 'torrent.close', code: 'stopped' })
    expect(peer.take(opened).sent).toEqual([])
    expect(peer.value.encryption).toBe('undecided')
  })
})

describe('the side that accepts', () => {
  test('is not refused by a remote that hangs up on it', () => {
    const peer = accepting('preferred')
    peer.take(opened, { type: 'mse.key_exchange' }, { type: 'transport.closed', end: { code: 'end' } })
    expect(peer.context.closeReason).toEqual({ source: 'transport', code: 'end' })
  })

  test('waits for a handshake in plaintext when the policy is none', () => {
    const peer = accepting('none')
    expect(peer.take(opened).sent).toEqual([])
    expect(peer.value).toMatchObject({ encryption: 'plaintext', handshake: { handshaking: 'awaiting_info_hash' } })
  })

  test.each([
    ['preferred', ['rc4', 'plaintext']],
    ['required', ['rc4']],
  ] as const)('waits for either when the policy is %s, and takes %j', (policy, methods) => {
    const peer = accepting(policy)
    expect(peer.take(opened).sent).toEqual([{ type: 'link.await_encryption', methods, infoHash }])
    expect(peer.value).toMatchObject({ encryption: 'detecting', handshake: 'negotiating' })
  })

  test('takes plaintext when it prefers encryption', () => {
    const peer = accepting('preferred')
    expect(peer.take(opened, { type: 'mse.plaintext' }, theirs).sent.at(-1)).toEqual(ours)
    expect(peer.value.encryption).toBe('plaintext')
  })

  test('says no byte to plaintext when it requires encryption', () => {
    const peer = accepting('required')
    const { sent } = peer.take(opened, { type: 'mse.plaintext' })
    expect(sent.map(({ type }) => type)).toEqual(['link.await_encryption', 'link.end'])
    expect(peer.value).toMatchObject({ encryption: 'failed', handshake: 'closing' })
    expect(peer.context.closeReason).toEqual({ source: 'local', code: 'encryption_required' })
  })

  test('answers the handshake that came through RC4', () => {
    const peer = accepting('required')
    const steps: PeerEvent[] = [{ type: 'mse.key_exchange' }, synchronising, selecting, established('rc4'), theirs]
    expect(peer.take(opened, ...steps).sent.at(-1)).toEqual(ours)
    expect(peer.value).toMatchObject({ encryption: 'rc4', handshake: { handshaking: 'awaiting_peer_id' } })
  })

  test.each([
    ['required', 'local.encryption_required'],
    ['preferred', 'remote.no_common_method'],
  ] as const)('with the policy %s ends a remote without a method in common by %s', (policy, reason) => {
    const peer = accepting(policy)
    peer.take(opened, { type: 'mse.key_exchange' }, synchronising, selecting)
    peer.take({ type: 'mse.failed', code: 'no_common_method', detail: 'crypto_provide is 1' })
    const { source, code } = peer.context.closeReason ?? {}
    expect(`${source}.${code}`).toBe(reason)
  })

  test('ends a negotiation about a torrent that is not served here', () => {
    const peer = accepting('preferred')
    peer.take(opened, { type: 'mse.key_exchange' }, synchronising, { type: 'mse.unknown_torrent' })
    expect(peer.value.encryption).toBe('failed')
    expect(peer.context.closeReason).toEqual({ source: 'local', code: 'unknown_torrent' })
  })

  test('ends a remote that is to select of RC4 alone and is found to speak plaintext', () => {
    const peer = accepting('required')
    const { sent } = peer.take(opened, { type: 'mse.key_exchange' }, synchronising, selecting, established('plaintext'))
    expect(sent.map(({ type }) => type)).toEqual(['link.await_encryption', 'link.end'])
    expect(peer.value).toMatchObject({ encryption: 'failed', handshake: 'closing' })
    expect(peer.context.closeReason).toEqual({ source: 'local', code: 'encryption_required' })
  })

  test.each(['rc4', 'plaintext'] as const)(
    'ends a handshake for another torrent than %s was negotiated for',
    (method) => {
      const peer = new Drive({ encryption: 'preferred', ...linkOf('in'), infoHash: '' })
      peer.take(opened, { type: 'mse.key_exchange' }, synchronising, selecting, established(method))
      peer.take({ ...theirs, infoHash: 'ab'.repeat(20) } as PeerEvent)
      expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'info_hash_mismatch' })
    },
  )
})

describe('each step', () => {
  const steps: readonly (readonly [string, readonly PeerEvent[]])[] = [
    ['detecting', [opened]],
    ['key_exchange', [opened, { type: 'mse.key_exchange' }]],
    ['synchronising', [opened, { type: 'mse.key_exchange' }, synchronising]],
    ['selecting', [opened, { type: 'mse.key_exchange' }, synchronising, selecting]],
  ]

  test.each(steps)('%s lasts five seconds at most, and its timer ends with it', (name, events) => {
    const peer = accepting('preferred')
    peer.take(...events.slice(0, -1))
    const { started } = peer.take(...events.slice(-1))
    expect(started).toContainEqual({ type: `timer.${name}`, delayMs: 5_000 })
    const { cancelled } = peer.take({ type: `timer.${name}` } as PeerEvent)
    expect(cancelled).toContain(name)
    expect(peer.value.encryption).toBe('failed')
    expect(peer.context.closeReason).toEqual({ source: 'timeout', code: name })
  })

  test.each(steps)('%s is abandoned, and its timer with it, when the connection ends', (name, events) => {
    for (const end of [
      { type: 'torrent.close', code: 'stopped' },
      { type: 'transport.closed', end: { code: 'end' } },
    ] as const) {
      const peer = accepting('preferred')
      peer.take(...events)
      expect(peer.take(end).cancelled).toContain(name)
      expect(peer.value.encryption).toBe('abandoned')
    }
  })

  const failures: readonly (readonly [PeerEvent, CloseReason])[] = [
    [{ type: 'mse.unknown_torrent' }, { source: 'local', code: 'unknown_torrent' }],
    [
      { type: 'mse.failed', code: 'no_common_method', detail: 'plaintext' },
      { source: 'local', code: 'encryption_required' },
    ],
    [
      { type: 'mse.failed', code: 'bad_vc', detail: 'no zeros' },
      { source: 'remote', code: 'bad_vc', detail: 'no zeros' },
    ],
  ]

  test.each(steps)(
    '%s ends when the negotiation fails, its timer with it, and the torrent is told why',
    (name, events) => {
      for (const [failure, reason] of failures) {
        const peer = accepting('required')
        peer.take(...events)
        const { cancelled, told } = peer.take(failure)
        expect(cancelled).toContain(name)
        expect(told).toEqual([{ type: 'peer.closing', peer: 7, reason }])
        expect(peer.value).toMatchObject({ encryption: 'failed', handshake: 'closing' })
      }
    },
  )

  test('the handshake has its own time, from the end of the negotiation', () => {
    const peer = dialling('preferred')
    expect(peer.take(opened).started.map(({ type }) => type)).toEqual(['timer.key_exchange'])
    const { started, cancelled } = peer.take(synchronising, selecting, established('rc4'))
    expect(started.at(-1)?.type).toBe('timer.handshake')
    expect(cancelled).toEqual(['key_exchange', 'synchronising', 'selecting'])
  })
})
