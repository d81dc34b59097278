import { expect, test } from 'vitest'
import { Drive } from '../drive.ts'

test('nothing is decided before the socket is open', () => {
  expect(new Drive().value.encryption).toBe('undecided')
})

test.each(['none', 'preferred'] as const)('the policy %s settles on plaintext when the socket opens', (policy) => {
  const peer = new Drive({ encryption: policy })
  peer.take({ type: 'transport.opened' })
  expect(peer.value).toMatchObject({ encryption: 'plaintext', handshake: { handshaking: 'awaiting_info_hash' } })
})

test('the policy is preferred unless the caller says otherwise', () => {
  expect(new Drive().context.encryption).toBe('preferred')
})

test.each(['out', 'in'] as const)('the policy required never sends a byte in plaintext (direction %s)', (direction) => {
  const link = { address: { host: '10.0.0.2', port: 6881 }, direction, kind: 'memory' } as const
  const peer = new Drive({ encryption: 'required', link })
  const { sent } = peer.take({ type: 'transport.opened' })
  expect(sent).toEqual([{ type: 'link.end' }])
  expect(peer.value).toMatchObject({ encryption: 'failed', handshake: 'closing' })
  expect(peer.context.closeReason).toEqual({ source: 'local', code: 'encryption_required' })
})
