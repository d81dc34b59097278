import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { library, requireScenario, type SimulationResult } from '../../../simulator/index.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const small = ['--peers', '4', '--size', '1']

test('peerchart simulate --json tells how it goes, what was expected, and what came of it; --svg draws it', async () => {
  const { io, events, stderr } = fakeIo()
  const svg = join(await temporaryFolder(), 'run.svg')
  expect(await run(['simulate', ...small, '--seed', '7', '--svg', svg, '--json'], io)).toBe(0)
  expect(stderr.text).toBe('')
  expect(events()[0]).toMatchObject({ event: 'simulating', seconds: 0, completed: 0, downloaders: 3 })
  expect(events()).toContainEqual(expect.objectContaining({ event: 'expectation', holds: true }))
  expect(events().at(-1)).toMatchObject({
    event: 'simulated',
    seed: 7,
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    peers: 4,
    completed: 3,
    banned: 0,
    honestBanned: 0,
    medianSeconds: expect.any(Number),
    optimalSeconds: expect.any(Number),
  })
  expect(await readFile(svg, 'utf8')).toContain('flash_crowd, seed 7: 3 of 3 complete')
})

test('progress says of whom nobody is there: members that have yet to come, and those that have left when all is over', async () => {
  const { io, stdout } = fakeIo()
  expect(await run(['simulate', ...small], io)).toBe(0)
  const lines = stdout.text.split('\n').filter((line) => line.includes('complete, '))
  expect(lines[0]).toBe('0 s: 0 of 3 complete, 0% there, no member is there')
  expect(lines.at(-1)).toMatch(
    /3 of 3 complete, 100% there, over: all have left, and what they left behind is looked for$/,
  )
  expect(stdout.text).not.toMatch(/\b0 members/)
})

/** A world whose simulations all come to this. */
const coming = (result: Partial<SimulationResult>) => {
  const whole = {
    violations: [],
    members: [],
    messages: {},
    shareRatios: [0, 0, 0],
    optimalSeconds: 1,
    corruptBytes: 0,
    wastedBytes: 0,
  }
  return fakeIo({ api: { simulate: async () => ({ ...whole, ...result }) as SimulationResult } })
}

test('it ends with 1 when something happened that never may, and tells what', async () => {
  const violation = { at: 3, member: '198.18.0.2', rule: 'honest_banned', detail: 'by 198.18.0.3' } as const
  const { io, stderr } = coming({ violations: [violation] })
  expect(await run(['simulate', ...small], io)).toBe(1)
  expect(stderr.text).toBe('peerchart: warning: honest_banned at 3 s, 198.18.0.2: by 198.18.0.3\n')
})

test('what was not put to the test neither holds nor fails, and the line says so', async () => {
  const soon = { completed: 3, downloaders: 3, slowestSeconds: 6, honestBanned: 0 }
  const partition = ['simulate', '--scenario', 'partition', '--peers', '4']
  const { io, stdout } = coming(soon)
  expect(await run(partition, io)).toBe(0)
  expect(stdout.text).toContain('not put to the test: after the parts have found each other')
  const machine = coming(soon)
  expect(await run([...partition, '--json'], machine.io)).toBe(0)
  const untested = {
    event: 'expectation',
    time: 0,
    claim: expect.any(String),
    source: expect.any(String),
    tested: false,
  }
  expect(machine.events()).toContainEqual(untested)
  expect(machine.events()).toContainEqual(expect.objectContaining({ event: 'expectation', tested: true, holds: true }))
})

test('the table tells what was corrupt, and what was wasted', async () => {
  const { io, stdout } = coming({ corruptBytes: 65_536, wastedBytes: 16_384 })
  expect(await run(['simulate', ...small], io)).toBe(0)
  expect(stdout.text).toMatch(/corrupt .* 64(\.0)? KiB/)
  expect(stdout.text).toMatch(/wasted .* 16(\.0)? KiB/)
})

test('a median that was not reached is null', async () => {
  const { io, events } = coming({ completed: 0, downloaders: 3 })
  expect(await run(['simulate', ...small, '--json'], io)).toBe(0)
  expect(events().at(-1)).toMatchObject({ event: 'simulated', completed: 0, medianSeconds: null })
})

test.each([
  [['--scenario', 'nowhere'], 'there is no scenario nowhere, and no file of that name; there are flash_crowd, '],
  [['--size', '4097'], "'--size <mib>' argument '4097' is invalid. It must be a whole number from 1 to 4096"],
  [['--size', '0'], 'a whole number from 1 to 4096'],
  [['--peers', '3'], "'--peers <n>' argument '3' is invalid. It must be a whole number from 4 to 60000"],
  [['--peers', '60001'], 'a whole number from 4 to 60000'],
  [['--liars', '1'], 'from 0 to below 1'],
  [['--seed', 'x'], 'a whole number from 0'],
])('%j is wrong usage', async (words, message) => {
  const { io, stderr } = fakeIo()
  expect(await run(['simulate', ...words], io)).toBe(2)
  expect(stderr.text).toContain(message)
})

test('the bounds of --peers and --size are those of the simulator', () => {
  const make = (peers: number, mib: number) => library.flash_crowd?.make({ peers, bytes: mib * 1024 ** 2 })
  expect(() => requireScenario(make(4, 1))).not.toThrow()
  expect(() => requireScenario(make(60_000, 4096))).not.toThrow()
  expect(() => make(3, 1)).toThrow('a scenario has at least 4 members, not 3')
  expect(() => requireScenario(make(60_001, 1))).toThrow('a scenario has at most 60000 members')
  expect(() => requireScenario(make(4, 4097))).toThrow('bytes of the torrent is a whole number from 1 to 4294967296')
})

describe('a scenario of a file', () => {
  const own = {
    name: 'own',
    description: 'one gives, two take',
    torrent: { bytes: 50_000, pieceBytes: 16_384 },
    groups: [
      { name: 'seeder', role: 'seeder', count: 1 },
      { name: 'takers', role: 'leecher', count: 2 },
    ],
  }
  const fileOf = async (content: string) => {
    const file = join(await temporaryFolder(), 'own.json')
    await writeFile(file, content)
    return file
  }

  test('is run as it stands there, by a seed; nothing is expected of it', async () => {
    const { io, events, stderr } = fakeIo()
    const file = await fileOf(JSON.stringify(own))
    expect(await run(['simulate', '--scenario', file, '--seed', '7', '--json'], io)).toBe(0)
    expect(stderr.text).toBe('')
    expect(events().at(-1)).toMatchObject({ event: 'simulated', seed: 7, peers: 3, completed: 2, downloaders: 2 })
    expect(events()).not.toContainEqual(expect.objectContaining({ event: 'expectation' }))
  })

  test.each(['--peers', '--size'])('says how large it is: %s beside it is wrong usage', async (option) => {
    const { io, stderr } = fakeIo()
    const file = await fileOf(JSON.stringify(own))
    expect(await run(['simulate', '--scenario', file, option, '8'], io)).toBe(2)
    expect(stderr.text).toContain(`${option} is for flash_crowd, `)
  })
})
