import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const index = new URL('../../dist/index.js', import.meta.url)

/** A program of its own, with a torrent whose only peer refuses: between two dials it has no socket. */
const program = (after: string) => `
  import { createMetainfo, createTorrent, openMemoryStore, parseMetainfo } from ${JSON.stringify(index)}
  import { tmpdir } from 'node:os'
  import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
  const folder = mkdtempSync(tmpdir() + '/peerchart-')
  writeFileSync(folder + '/song', new Uint8Array(50_000))
  const metainfo = parseMetainfo(await createMetainfo(folder + '/song'))
  rmSync(folder, { recursive: true })
  const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers: [{ host: '127.0.0.1', port: 1 }] })
  torrent.start()
  torrent.on('peer', ({ peer }) => {
    if (peer.state === 'closed') setTimeout(() => { console.log('alive'); ${after} }, 200).unref()
  })
`

async function outputOf(after: string): Promise<string> {
  const args = ['--input-type=module', '-e', program(after)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000, env: process.env })
  return stdout
}

test('a torrent keeps the process alive between two dials, until it is stopped', async () => {
  expect(await outputOf('void torrent.stop()')).toBe('alive\n')
})

test('a torrent that has failed keeps no process alive', async () => {
  const fail = "torrent.actor.send({ type: 'storage.failed', error: new Error('EIO') })"
  expect(await outputOf(`torrent.on('failed', ({ error }) => console.log(error.message)); ${fail}`)).toBe(
    'alive\nEIO\n',
  )
})
