import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import type { Result } from '../../../conformance/run.ts'
import { Transcript } from '../../../conformance/transcript.ts'
import { createMetainfo } from '../../../storage/create.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

function result(verdict: Result['verdict'], detail: string): Result {
  const transcript = new Transcript()
  transcript.note({ connection: 0, at: 5, by: 'us', text: 'interested' })
  return { name: `a.${verdict}`, bep: 3, rule: 'The rule.', verdict, detail, transcript }
}

async function tested(verdicts: readonly Result['verdict'][], ...options: readonly string[]) {
  return testedIn({ detail: 'what it did' }, verdicts, ...options)
}

async function testedIn(
  { detail, isTTY = false }: { readonly detail: string; readonly isTTY?: boolean },
  verdicts: readonly Result['verdict'][],
  ...options: readonly string[]
) {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a'), Buffer.alloc(40_000, 'a'))
  const torrent = join(folder, 'x.torrent')
  await writeFile(torrent, await createMetainfo(join(folder, 'a'), { pieceLength: 16_384 }))
  const world = fakeIo({
    isTTY,
    api: {
      testClient: async (_, { told = () => {} } = {}) => {
        const results = verdicts.map((verdict) => result(verdict, detail))
        for (const one of results) told(one)
        return results
      },
    },
  })
  return { ...world, code: await run(['conformance', '127.0.0.1:6881', '--torrent', torrent, ...options], world.io) }
}

test('conformance --json tells each case, then how many ended how, and nothing behind it', async () => {
  const { code, events, stderr } = await tested(['pass', 'fail', 'not_supported'], '--json')
  expect(code).toBe(1)
  const of = { bep: 3, detail: 'what it did', rule: 'The rule.', event: 'check', time: 0 }
  expect(events()).toEqual([
    { ...of, name: 'a.pass', verdict: 'pass' },
    { ...of, name: 'a.fail', verdict: 'fail', transcript: ['      5 ms  #0 > interested'] },
    { ...of, name: 'a.not_supported', verdict: 'not_supported' },
    { event: 'conformance', time: 0, passed: 1, failed: 1, notSupported: 1 },
  ])
  expect(stderr.text).toBe('')
})

test('conformance prints a table, and of a case that fails the rule and what went over the wire', async () => {
  const { code, stdout } = await tested(['pass', 'fail'])
  expect(code).toBe(1)
  for (const part of [
    '│ a.pass',
    '│ a.fail',
    'BEP 3: The rule.',
    '#0 > interested',
    '1 passed, 1 failed, 0 not supported',
  ])
    expect(stdout.text).toContain(part)
})

test('conformance repeats what failed, and why, behind the table, before the counts', async () => {
  const { stdout } = await tested(['fail', 'pass', 'not_supported'])
  expect(stdout.text).toMatch(/┘\na\.fail fails: what it did\n1 passed, 1 failed, 1 not supported\n$/)
})

test('in a terminal that is too narrow for the details, conformance keeps them of what failed or was not tested', async () => {
  const detail = Array.from({ length: 9 }, (_, nth) => `reason ${nth}`).join(', ')
  const { stdout } = await testedIn({ detail, isTTY: true }, ['fail', 'pass', 'not_supported'])
  const [, table = ''] = /(┌.*┘)/s.exec(stdout.text) ?? []
  expect(table).not.toContain('detail')
  const [, failed, passed, untested, none] = table.split(/(?<=│ )(?=a\.)/)
  for (const row of [failed, untested]) expect(row?.replaceAll(/[\s│└─┴┘]+/g, ' ')).toContain(detail)
  expect(passed).not.toContain('reason')
  expect(none).toBeUndefined()
})

test('conformance is exit 0 when no case fails', async () => {
  expect((await tested(['pass', 'not_supported'])).code).toBe(0)
})

test('conformance without a torrent, or an address, is wrong usage', async () => {
  const { io } = fakeIo()
  expect(await run(['conformance', '127.0.0.1:6881'], io)).toBe(2)
  expect(await run(['conformance', 'nowhere', '--torrent', 'x'], io)).toBe(2)
})

test('conformance fails when the data it is to serve is not there', async () => {
  const { code, stderr } = await tested(['pass'], '--data', '/nowhere')
  expect(code).toBe(1)
  expect(stderr.text).toContain('3 of 3 pieces do not verify in /nowhere')
})
