import { describe, expect, test } from 'vitest'
import {
  type CloseReason,
  type ExtensionFault,
  formatCloseReason,
  isCloseReason,
  type LocalChoice,
  type RemoteFault,
  type Timeout,
} from '../../../../machines/peer/vocabulary/close-reason.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { talkBudget } from '../../../../machines/peer/vocabulary/talk.ts'
import type { TransportEnd } from '../../../../transport/transport.ts'
import { answersTo, Drive, infoHash, openPeer, ourPeerId, someBlocks, theirPeerId, tick } from '../drive.ts'

/** A peer, what ends it, and what comes closest to that without ending it. */
interface Case {
  readonly peer: () => Drive
  readonly breaks: readonly PeerEvent[]
  readonly near: readonly PeerEvent[]
}

const features = { extended: true, fast: true, dht: false }
const accepted = { link: { address: { host: '10.0.0.2', port: 50_000 }, direction: 'in', kind: 'memory' } } as const
const slow = () => openPeer({ features: { fast: false } })
const fresh = () => new Drive()
const asked = () => {
  const peer = openPeer()
  peer.take({ type: 'wire.unchoke' }, { type: 'torrent.request', requests: someBlocks(1), at: 0 })
  return peer
}
const greeted: PeerEvent[] = [{ type: 'transport.opened' }, { type: 'wire.info_hash', infoHash, features }]
const have = (index: number): PeerEvent => ({ type: 'wire.have', index })
const request = (length: number): PeerEvent => ({ type: 'wire.request', requests: [{ index: 0, begin: 0, length }] })
const requests = (count: number): PeerEvent => ({
  type: 'wire.request',
  requests: Array.from({ length: count }, () => ({ index: 0, begin: 0, length: 16_384 })),
})
const violation = (code: Extract<PeerEvent, { type: 'wire.violation' }>['violation']['code']): Case => ({
  peer: openPeer,
  breaks: [{ type: 'wire.violation', violation: { code, detail: '' } }],
  near: [{ type: 'wire.keep_alive' }],
})
const choice = (code: LocalChoice): Case => ({
  peer: openPeer,
  breaks: [{ type: 'torrent.close', code }],
  near: [{ type: 'torrent.choke' }],
})
const fault = (code: ExtensionFault): Case => ({
  peer: openPeer,
  breaks: [{ type: 'torrent.fault', code }],
  near: [{ type: 'torrent.choke' }],
})
const end = (code: TransportEnd['code']): Case => ({
  peer: openPeer,
  breaks: [{ type: 'transport.closed', end: { code } }],
  near: [{ type: 'transport.congested' }],
})

const negotiating = (...steps: readonly PeerEvent[]) => {
  const peer = new Drive({ encryption: 'preferred' })
  peer.take({ type: 'transport.opened' }, ...steps)
  return peer
}
const failure = (code: Extract<PeerEvent, { type: 'mse.failed' }>['code']): Case => ({
  peer: () => negotiating({ type: 'mse.synchronising' }),
  breaks: [{ type: 'mse.failed', code, detail: '' }],
  near: [{ type: 'mse.selecting' }],
})

const remote: Record<RemoteFault, Case> = {
  bad_public_key: failure('bad_public_key'),
  sync_not_found: failure('sync_not_found'),
  bad_vc: failure('bad_vc'),
  no_common_method: failure('no_common_method'),
  bad_selection: failure('bad_selection'),
  bad_padding_length: failure('bad_padding_length'),
  initial_payload_too_long: failure('initial_payload_too_long'),
  encryption_refused: {
    peer: negotiating,
    breaks: [{ type: 'mse.plaintext' }],
    near: [{ type: 'mse.synchronising' }],
  },
  bad_protocol_string: violation('bad_protocol_string'),
  too_many_held_bytes: violation('too_many_held_bytes'),
  frame_too_long: violation('frame_too_long'),
  bad_length: violation('bad_length'),
  message_flood: {
    peer: openPeer,
    breaks: Array.from({ length: talkBudget.atOnce + 1 }, (): PeerEvent => ({ type: 'wire.keep_alive' })),
    near: Array.from({ length: talkBudget.atOnce }, (): PeerEvent => ({ type: 'wire.keep_alive' })),
  },
  extension_malformed: fault('extension_malformed'),
  extension_misused: fault('extension_misused'),
  metadata_unrequested: fault('metadata_unrequested'),
  metadata_length: fault('metadata_length'),
  metadata_total_size: fault('metadata_total_size'),
  metadata_flood: fault('metadata_flood'),
  pex_flood: fault('pex_flood'),
  info_hash_mismatch: {
    peer: fresh,
    breaks: [{ type: 'transport.opened' }, { type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features }],
    near: greeted,
  },
  bitfield_invalid: {
    peer: openPeer,
    breaks: [{ type: 'wire.bitfield', bits: Uint8Array.of(0xff, 0b1110_0000) }],
    near: [have(0), { type: 'wire.bitfield', bits: Uint8Array.of(0xff, 0b1100_0000) }],
  },
  fast_not_negotiated: { peer: slow, breaks: [{ type: 'wire.have_none' }], near: [have(0)] },
  extended_not_negotiated: {
    peer: () => openPeer({ features: { extended: false } }),
    breaks: [{ type: 'wire.extended_handshake', handshake: {} }],
    near: [{ type: 'wire.port', port: 1 }],
  },
  have_out_of_range: { peer: openPeer, breaks: [have(10)], near: [have(9)] },
  request_flood: {
    peer: openPeer,
    breaks: [requests(5_000), request(16_384)],
    near: [requests(5_000)],
  },
  request_out_of_range: { peer: openPeer, breaks: [request(16_385)], near: [request(16_384)] },
  not_reading: { peer: openPeer, breaks: [{ type: 'transport.overflowed' }], near: [{ type: 'transport.congested' }] },
  piece_unrequested: {
    peer: asked,
    breaks: [{ type: 'wire.piece', blocks: answersTo(someBlocks(2)), at: 0 }],
    near: [{ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 0 }],
  },
  reject_unrequested: {
    peer: asked,
    breaks: [{ type: 'wire.reject_request', requests: someBlocks(2) }],
    near: [{ type: 'wire.reject_request', requests: someBlocks(1) }],
  },
}

const local: Record<LocalChoice, Case> = {
  banned: {
    peer: openPeer,
    breaks: [{ type: 'torrent.adjust_reputation', delta: -50 }],
    near: [{ type: 'torrent.adjust_reputation', delta: -49 }],
  },
  blacklisted: choice('blacklisted'),
  duplicate_connection: choice('duplicate_connection'),
  encryption_required: {
    peer: () => new Drive({ ...accepted, encryption: 'required' }),
    breaks: [{ type: 'transport.opened' }, { type: 'mse.plaintext' }],
    near: [{ type: 'transport.opened' }, { type: 'mse.key_exchange' }],
  },
  gave_way: choice('gave_way'),
  no_place: choice('no_place'),
  not_ready: choice('not_ready'),
  nothing_to_trade: choice('nothing_to_trade'),
  private_torrent: choice('private_torrent'),
  reconnecting_too_often: choice('reconnecting_too_often'),
  requested: choice('requested'),
  self_connection: {
    peer: fresh,
    breaks: [...greeted, { type: 'wire.peer_id', peerId: ourPeerId }],
    near: [...greeted, { type: 'wire.peer_id', peerId: theirPeerId }],
  },
  stopped: choice('stopped'),
  super_seeding: choice('super_seeding'),
  unknown_torrent: choice('unknown_torrent'),
}

const timeout: Record<Timeout, Case> = {
  connect: { peer: fresh, breaks: [{ type: 'timer.connect' }], near: [tick(15_000)] },
  detecting: {
    peer: () => new Drive({ ...accepted, encryption: 'preferred' }),
    breaks: [{ type: 'transport.opened' }, { type: 'timer.detecting' }],
    near: [{ type: 'transport.opened' }, { type: 'mse.plaintext' }, { type: 'timer.detecting' }],
  },
  key_exchange: {
    peer: negotiating,
    breaks: [{ type: 'timer.key_exchange' }],
    near: [{ type: 'mse.synchronising' }, { type: 'timer.key_exchange' }],
  },
  synchronising: {
    peer: negotiating,
    breaks: [{ type: 'mse.synchronising' }, { type: 'timer.synchronising' }],
    near: [{ type: 'mse.synchronising' }, { type: 'mse.selecting' }, { type: 'timer.synchronising' }],
  },
  selecting: {
    peer: () => negotiating({ type: 'mse.synchronising' }),
    breaks: [{ type: 'mse.selecting' }, { type: 'timer.selecting' }],
    near: [
      { type: 'mse.selecting' },
      { type: 'mse.established', method: 'rc4', infoHash },
      { type: 'timer.selecting' },
    ],
  },
  handshake: { peer: fresh, breaks: [...greeted, { type: 'timer.handshake' }], near: [...greeted, tick(10_000)] },
  inactivity: {
    peer: openPeer,
    breaks: [tick(0, { silentInMs: 150_000 })],
    near: [tick(0, { silentInMs: 149_999 })],
  },
}

const transport: Record<TransportEnd['code'], Case> = {
  end: end('end'),
  refused: end('refused'),
  unreachable: end('unreachable'),
  reset: end('reset'),
  timeout: end('timeout'),
  destroyed: end('destroyed'),
  no_descriptor: end('no_descriptor'),
  error: end('error'),
}

describe.each(Object.entries({ remote, local, timeout, transport }))('%s', (source, cases) => {
  test.each(Object.entries(cases))('%s', (code, { peer, breaks, near }: Case) => {
    const broken = peer()
    broken.take(...breaks)
    expect(broken.context.closeReason).toMatchObject({ source, code })
    expect(['closing', 'closed']).toContain(broken.value.handshake)

    const spared = peer()
    spared.take(...near)
    expect(spared.context.closeReason).toBeUndefined()
  })
})

test('a reason is one word: source.code', () => {
  const reason: CloseReason = { source: 'remote', code: 'bad_length', detail: 'have with 3 bytes' }
  expect(formatCloseReason(reason)).toBe('remote.bad_length')
})

test('only our own choice is closed in good order, and not for want of a place, which that would hold', () => {
  const ways = Object.entries({ ...remote, ...local, ...timeout }).map(([code, { peer, breaks }]) => {
    const links = peer()
      .take(...breaks)
      .sent.filter(({ type }) => type === 'link.end' || type === 'link.destroy')
    return [code, links.map(({ type }) => type)]
  })
  const expected = [
    ...Object.keys({ ...remote }).map((code) => [code, ['link.destroy']]),
    ...Object.keys(local).map((code) => [
      code,
      [code === 'gave_way' || code === 'no_place' ? 'link.destroy' : 'link.end'],
    ]),
    ...Object.keys(timeout).map((code) => [code, ['link.destroy']]),
  ]
  expect(ways).toEqual(expected)
})

test('JSON that says why a connection ended is told from other JSON', () => {
  expect(isCloseReason({ source: 'remote', code: 'bad_length', detail: '5' })).toBe(true)
  const wrong = [null, 'remote', { source: 'remote' }, { source: 'moon', code: 'end' }, { source: 'local', code: 1 }]
  expect([...wrong, { source: 'remote', code: 'bad_length', detail: 5 }].filter(isCloseReason)).toEqual([])
})
