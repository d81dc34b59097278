import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import type { Result } from '../../../conformance/run.ts'
import { Transcript } from '../../../conformance/transcript.ts'
import { createMetainfo } from '../../../storage/create.ts'
import { type Metainfo, parseMetainfo } from '../../../storage/metainfo.ts'
import { encodeMessages } from '../../../testing/remote/encode-messages.ts'
import { encodeHandshake } from '../../../transport/wire/handshake.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const handshakeOf = ({ infoHash }: Metainfo, peerId: number): Uint8Array =>
  encodeHandshake({
    infoHash,
    peerId: new Uint8Array(20).fill(peerId),
    features: { extended: true, fast: true, dht: false },
  })

/** A case in which we send a have that is too long, and the client goes on. */
function failed(metainfo: Metainfo): Transcript {
  const transcript = new Transcript()
  const carry = (by: 'us' | 'client', at: number, bytes: Uint8Array) =>
    transcript.carry({ connection: 0, at, by, bytes })
  carry('us', 10, handshakeOf(metainfo, 7))
  carry('client', 20, handshakeOf(metainfo, 8))
  carry('client', 30, encodeMessages({ name: 'have_all' }, { name: 'unchoke' }))
  carry('us', 40, Uint8Array.of(0, 0, 0, 6, 4, 0, 0, 0, 0, 0))
  carry('client', 500, encodeMessages({ name: 'keep_alive' }))
  return transcript
}

async function tested(...options: readonly string[]) {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a'), Buffer.alloc(40_000, 'a'))
  const torrent = join(folder, 'x.torrent')
  const bytes = await createMetainfo(join(folder, 'a'), { pieceLength: 16_384 })
  await writeFile(torrent, bytes)
  const of = { bep: 3, rule: 'The rule.', detail: 'what it did' } as const
  const results: readonly Result[] = [
    { ...of, name: 'a.good', verdict: 'pass', transcript: new Transcript() },
    { ...of, name: 'length.have.long', verdict: 'fail', transcript: failed(parseMetainfo(bytes)) },
  ]
  const world = fakeIo({
    api: {
      testClient: async (_, { told = () => {} } = {}) => {
        for (const one of results) told(one)
        return results
      },
    },
  })
  const records = join(folder, 'records')
  const args = ['conformance', '127.0.0.1:6881', '--torrent', torrent, '--json', ...options]
  const code = await run(
    args.map((word) => word.replace('RECORDS', records)),
    world.io,
  )
  return { ...world, code, records }
}

test('conformance --record leaves a record of each case that failed, and of no other, and says where', async () => {
  const { code, records, events } = await tested('--record', 'RECORDS')
  expect(code).toBe(1)
  expect(await readdir(records)).toEqual(['length.have.long.record'])
  expect(events()).toMatchObject([
    { event: 'check', name: 'a.good' },
    { event: 'check', name: 'length.have.long', record: join(records, 'length.have.long.record') },
    { event: 'conformance', failed: 1 },
  ])
  expect(events()[0]).not.toHaveProperty('record')
})

test('replay opens it: a peer that takes what was sent ends as the rule says, one that takes what the client sent goes on', async () => {
  const { records } = await tested('--record', 'RECORDS')
  const { io, events } = fakeIo()
  expect(await run(['replay', join(records, 'length.have.long.record'), '--json'], io)).toBe(0)
  expect(events()).toMatchObject([
    { event: 'connection', direction: 'in', state: 'closed', reason: 'remote.bad_length' },
    { event: 'connection', direction: 'out', state: 'closed', reason: 'transport.reset' },
    { event: 'replayed', connections: 2 },
  ])
})

test('without --record nothing is written', async () => {
  const { records } = await tested()
  await expect(readdir(records)).rejects.toThrow('ENOENT')
})

test('a folder that cannot be written to is an error in a line', async () => {
  const { code, stderr, events } = await tested('--record', '/dev/null/records')
  expect(code).toBe(1)
  expect(`${stderr.text}${JSON.stringify(events())}`).toContain('cannot record to /dev/null/records')
})
