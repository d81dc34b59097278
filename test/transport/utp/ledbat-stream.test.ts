import { expect, test } from 'vitest'
import { digestOf, pour, virtual } from './virtual-hosts.ts'

test('a dialled stream connects, carries bytes both ways and ends on both sides, and nothing is left', async () => {
  const { clock, lives, host, dial, listen } = virtual({ latencyMs: 20 })
  const { listener, accepted } = await listen(host('far'), { host: 'far', port: 0 })
  const out = dial(host('near'), listener.address)
  pour(out, 300_000)
  while (accepted.length === 0) clock.advance(1)
  const [into = out] = accepted
  pour(into, 200_000)
  clock.advance(5000)
  expect([into.receivedDigest(), out.receivedDigest()]).toEqual([digestOf(300_000), digestOf(200_000)])
  out.end()
  clock.advance(10_000)
  expect([out.ended?.code, into.ended?.code]).toEqual(['destroyed', 'end'])
  expect(lives.map(({ stage }) => stage)).toEqual(['closed', 'closed'])
  await listener.close()
  expect(clock.pending).toBe(0)
})
