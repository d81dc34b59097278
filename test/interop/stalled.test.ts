import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { encode } from '../../transport/wire/encode.ts'
import { encodeHandshake } from '../../transport/wire/handshake.ts'
import { sampleTorrentFile, temporaryFolder } from '../cli/sample-file.ts'
import { startPeerchart } from './peerchart.ts'

test('a download from a peer that chokes says after ten seconds why it stands still', async () => {
  const sample = await sampleTorrentFile()
  const { infoHash } = parseMetainfo(new Uint8Array(await readFile(sample)))
  const features = { extended: false, fast: true, dht: false }
  const greeting = [encodeHandshake({ infoHash, peerId: new Uint8Array(20).fill(1), features })]
  const choker = createServer((socket) => {
    socket.on('error', () => {})
    for (const bytes of [...greeting, ...encode({ name: 'have_all' })]) socket.write(bytes)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void choker.close())
  await new Promise((resolve) => choker.once('listening', resolve))
  const peer = `127.0.0.1:${(choker.address() as AddressInfo).port}`
  const options = ['--encryption', 'none', '--timeout', '20', '--out', await temporaryFolder()]
  const run = startPeerchart('download', sample, '--peer', peer, ...options)
  const { time, reasons } = await run.waitFor('stalled')
  expect(reasons).toEqual([
    { code: 'choked', text: 'it chokes us', peer, since: expect.any(Number), seconds: expect.any(Number) },
  ])
  const [{ since } = { since: 0 }] = reasons
  expect(time - since).toBeGreaterThan(9_000)
  expect(time - since).toBeLessThan(18_000)
  expect((await run.ended()).code).toBe(1)
})
