import { expect, test } from 'vitest'
import { supervised } from '../../fuzz/engine/supervise.ts'

test('a thread tells how much of a parser its inputs have reached, the seeds of bencode most of it', async () => {
  const done = await supervised({ name: 'bencode', seed: 1, ms: 1, keeps: true, showsMissed: true })
  expect(done).toMatchObject({ finds: [], kept: expect.arrayContaining([expect.any(Uint8Array)]) })
  expect(done.percent).toBeGreaterThan(80)
  expect(done.percent).toBeLessThan(100)
  expect(done.missed).toContainEqual(expect.stringContaining('transport/wire/bencode.ts: '))
  expect(done.executions).toBeGreaterThan(2)
})
