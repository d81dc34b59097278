import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { startInspector } from '../../../inspector/open.ts'
import type { Batch } from '../../../inspector/protocol/protocol.ts'
import { lineOf } from '../../../recorder/lines.ts'
import { openRecorder } from '../../../recorder/open.ts'
import { meetOpen } from '../../hostile/remote.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

/** A record of a connection that the remote spoilt. */
async function aRecord(): Promise<string> {
  const path = join(await temporaryFolder(), 'a.record')
  const record = await openRecorder(path)
  const { remote, clock } = meetOpen({ record })
  remote.say({ name: 'have', index: 999 })
  clock.advance(10_000)
  await record.close()
  return path
}

describe('peerchart replay', () => {
  test('tells how each connection ended, and a digest', async () => {
    const path = await aRecord()
    const { io, stdout, stderr } = fakeIo()
    expect(await run(['replay', path], io)).toBe(0)
    expect(stdout.text).toMatch(/^connection 0 in \S+ closed: remote\.have_out_of_range after \d+ events\n/)
    expect(stdout.text).toMatch(/\nreplayed \d+ events of 1 connections, digest [0-9a-f]{64}\n$/)
    expect(stderr.text).toBe('')
  })

  test('does so for programs', async () => {
    const path = await aRecord()
    const { io, events } = fakeIo()
    expect(await run(['replay', path, '--json'], io)).toBe(0)
    expect(events()).toMatchObject([
      { event: 'connection', connection: 0, direction: 'in', state: 'closed', reason: 'remote.have_out_of_range' },
      {
        event: 'replayed',
        connections: 1,
        events: expect.any(Number),
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  test('fails where the code does other than what was recorded, and says where', async () => {
    const path = await aRecord()
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
    const changed = lines.map((line) => {
      const json = line.slice(9)
      return lineOf(json.includes('"wire.have"') ? json.replace('link.destroy', 'link.end') : json)
    })
    await writeFile(path, changed.join(''))
    const { io, stderr, events } = fakeIo()
    expect(await run(['replay', path, '--json'], io)).toBe(1)
    expect(events()).toMatchObject([
      { event: 'connection', incomplete: 'diverged' },
      { event: 'diverged', connection: 0, number: expect.any(Number), type: 'wire.have' },
      { event: 'replayed' },
      { event: 'error' },
    ])
    expect(stderr.text).toMatch(/^peerchart: the code differs .* connection 0 at its event \d+, wire\.have\n$/)
  })

  test('warns of a record that was cut', async () => {
    const path = await aRecord()
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, -3))
    const { io, stderr } = fakeIo()
    expect(await run(['replay', path], io)).toBe(0)
    expect(stderr.text).toContain(`${path} ends within a line, at byte `)
  })

  test('warns of a record without a connection, and says why there may be none', async () => {
    const path = join(await temporaryFolder(), 'a.record')
    await (await openRecorder(path)).close()
    const { io, stdout, stderr } = fakeIo()
    expect(await run(['replay', path], io)).toBe(0)
    expect(stderr.text).toMatch(/^peerchart: warning: the record has no connection: .*negotiation of encryption/)
    expect(stdout.text).toMatch(/^replayed 0 events of 0 connections, digest/)
  })

  test('fails on what is no record', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['replay', '/nowhere'], io)).toBe(1)
    expect(stderr.text).toBe('peerchart: cannot replay /nowhere: /nowhere is no record of peerchart\n')
  })
})

describe('peerchart replay --inspect', () => {
  /** Runs it until it has told all; the inspector is a real one. */
  async function inspected(path: string) {
    const world = fakeIo({ api: { startInspector } })
    const code = run(['replay', path, '--inspect', '--json'], world.io)
    const urls = () => world.events().flatMap((one) => (hasUrl(one) ? [one.url] : []))
    await expect.poll(urls, { timeout: 10_000 }).toHaveLength(2)
    const end = async () => {
      world.interrupt()
      for (let turn = 0; turn < 20; turn++) {
        world.clock.advance(200)
        await new Promise((resolve) => setImmediate(resolve))
      }
      return code
    }
    return { ...world, url: urls()[0] ?? '', end }
  }

  test('prints what it prints without, and the page shows all of the record when it is opened afterwards', async () => {
    const path = await aRecord()
    const plain = fakeIo()
    await run(['replay', path, '--json'], plain.io)
    const { events, url, end } = await inspected(path)
    const [first, ...rest] = events()
    expect(first).toMatchObject({ event: 'inspector', url })
    expect(rest.pop()).toMatchObject({ event: 'inspector', url, until: 'interrupted' })
    expect(rest.map(untimed)).toEqual(plain.events().map(untimed))

    const batch = await firstOf(url)
    expect(batch.complete).toBe(true)
    expect(batch.peers).toMatchObject([{ closed: 'remote.have_out_of_range' }])
    const heard = batch.said?.filter(({ to }) => to === batch.peers?.[0]?.id) ?? []
    const [connection] = plain.events().filter((one) => typeof one === 'object' && one !== null && 'events' in one)
    // Its making is no event on the page, and its end none of the record.
    expect(connection).toMatchObject({ events: heard.filter(({ type }) => type !== 'xstate.stop').length + 1 })
    expect(await end()).toBe(130)
  })

  test('ends as it does without where the code differs', async () => {
    const path = await aRecord()
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
    const changed = lines.map((line) => lineOf(line.slice(9).replace('"link.destroy"', '"link.end"')))
    await writeFile(path, changed.join(''))
    const { stderr, end } = await inspected(path)
    expect(await end()).toBe(1)
    expect(stderr.text).toContain('the code differs')
  })
})

const hasUrl = (one: unknown): one is { readonly url: string } =>
  typeof one === 'object' && one !== null && 'url' in one

const untimed = (one: unknown): unknown => ({ ...(one as object), time: 0 })

/** What a page is told at first. */
async function firstOf(url: string): Promise<Batch> {
  const { body } = await fetch(`${url}feed`)
  let text = ''
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString()
    const end = text.indexOf('\n\n')
    if (end >= 0) return JSON.parse(text.slice('data: '.length, end))
  }
  throw new Error('the feed ended')
}
