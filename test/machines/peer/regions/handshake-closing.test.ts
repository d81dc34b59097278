import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { Drive, layout, opening, openPeer, tick } from '../drive.ts'

describe('closing', () => {
  const closing = () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.close', code: 'stopped' })
    return peer
  }

  test('our own choice lets the last words out, within 5 s', () => {
    const { sent, told, started } = openPeer().take({ type: 'torrent.close', code: 'stopped' })
    expect(sent).toEqual([{ type: 'link.end' }])
    expect(told).toEqual([{ type: 'peer.closing', peer: 7, reason: { source: 'local', code: 'stopped' } }])
    expect(started).toEqual([{ type: 'timer.closing', delayMs: 5000 }])
  })

  test.each<[string, Drive]>([
    ['before its first byte', new Drive({ encryption: 'preferred' })],
    ['before its handshake', new Drive()],
  ])('a remote that the torrent stops with %s is not waited for', (_, peer) => {
    peer.take({ type: 'transport.opened' })
    const { sent } = peer.take({ type: 'torrent.close', code: 'stopped' })
    expect(sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'local', code: 'stopped' })
    expect(peer.value.handshake).toBe('closing')
  })

  test('a remote that has not said its handshake is not cut for another choice of ours', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' })
    expect(peer.take({ type: 'torrent.close', code: 'requested' }).sent).toEqual([{ type: 'link.end' }])
  })

  test('the socket that is gone in time is not cut', () => {
    expect(closing().take({ type: 'transport.closed', end: { code: 'end' } }).cancelled).toContain('closing')
  })

  test('what does not go out in time is cut', () => {
    const peer = closing()
    expect(peer.take({ type: 'timer.closing' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.value.handshake).toBe('closing')
  })

  test('the first reason stays', () => {
    const peer = closing()
    const { told } = peer.take(
      { type: 'torrent.close', code: 'requested' },
      { type: 'wire.violation', violation: { code: 'bad_length', detail: '' } },
      { type: 'transport.closed', end: { code: 'reset' } },
    )
    const reason = { source: 'local', code: 'stopped' }
    expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 100 }])
  })

  test('closed is the end: nothing is told or sent any more', () => {
    const peer = closing()
    const end = { type: 'transport.closed', end: { code: 'end' } } as const
    peer.take(end)
    const { told, sent } = peer.take(end, { type: 'torrent.close', code: 'requested' }, ...opening())
    expect([told, sent]).toEqual([[], []])
    expect(peer.value.handshake).toBe('closed')
  })

  test('no word of the remote counts after the end', () => {
    const peer = closing()
    const request = { index: 0, begin: 0, length: 16_384 }
    const before = JSON.stringify(peer.snapshot)
    const { told, sent } = peer.take(
      { type: 'wire.bitfield', bits: PieceSet.all(layout.pieceCount).toBits() },
      { type: 'wire.have', index: 1 },
      { type: 'wire.interested' },
      { type: 'wire.unchoke' },
      { type: 'wire.allowed_fast', index: 1 },
      { type: 'wire.request', requests: [request] },
      { type: 'wire.reject_request', requests: [request] },
      { type: 'wire.extended_handshake', handshake: { reqq: 1 } },
      { type: 'wire.extended', id: 1, payload: Uint8Array.of(1) },
      { type: 'wire.suggest_piece', index: 1 },
      tick(200_000, { silentInMs: 200_000, silentOutMs: 200_000 }),
    )
    expect([told, sent]).toEqual([[], []])
    expect(JSON.stringify(peer.snapshot)).toBe(before)
  })

  test('nor does what the torrent has learnt of it: the torrent has counted it out already', () => {
    const peer = openPeer()
    peer.take(
      { type: 'wire.have_all' },
      { type: 'wire.extended_handshake', handshake: { m: { ut_pex: 1 } } },
      { type: 'torrent.close', code: 'stopped' },
    )
    const before = JSON.stringify(peer.snapshot)
    const { told, sent } = peer.take(
      { type: 'torrent.note_pieces', pieces: PieceSet.none(layout.pieceCount) },
      { type: 'torrent.note_dont_have', index: 0 },
      { type: 'torrent.note_upload_only', uploadOnly: true },
      { type: 'torrent.allow_fast', index: 0 },
      { type: 'torrent.suggest', index: 0 },
      { type: 'torrent.extended', name: 'ut_pex', payload: Uint8Array.of(1) },
      { type: 'torrent.fault', code: 'metadata_flood' },
    )
    expect([told, sent]).toEqual([[], []])
    expect(JSON.stringify(peer.snapshot)).toBe(before)
  })
})
