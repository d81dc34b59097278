import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { utpTransport } from '../../actors/utp-transport.ts'
import { EndOfConnection } from '../../testing/transport/end-of-connection.ts'

const index = new URL('../../dist/index.js', import.meta.url)

/** A program of its own, with a torrent whose only peer refuses: between two dials it has no socket. */
const program = (after: string) => `
  import { createMetainfo, createTorrent, openMemoryStore, parseMetainfo, tcpTransport } from ${JSON.stringify(index)}
  import { tmpdir } from 'node:os'
  import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
  const folder = mkdtempSync(tmpdir() + '/peerchart-')
  writeFileSync(folder + '/song', new Uint8Array(50_000))
  const metainfo = parseMetainfo(await createMetainfo(folder + '/song'))
  rmSync(folder, { recursive: true })
  const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), transport: tcpTransport(), peers: [{ host: '127.0.0.1', port: 1 }] })
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

test('a torrent over uTP that was stopped says so and keeps no process alive, though its peer never ends', async () => {
  const transport = utpTransport()
  const heard: EndOfConnection[] = []
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    const end = new EndOfConnection(connection)
    end.onData = () => {
      heard.push(end)
      // It reads no more, so it does not hear that the other side has ended, and does not end.
      end.pause()
      child.stdin.end()
    }
    end.open()
  })
  const child = spawn(process.execPath, ['--input-type=module', '-e', stoppedOverUtp(listener.address.port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 10_000,
  })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const [code, signal] = await once(child, 'close')
  expect([printed, code, signal, heard.length]).toEqual(['stopped\n', 0, null, 1])
  const [end] = heard
  end?.resume()
  while (end?.ended === undefined) await new Promise((resolve) => setImmediate(resolve))
  // Where our acknowledgement is late, it has given us up before it heard of it.
  expect(['end', 'reset']).toContain(end.ended.code)
  await listener.close()
})

/** A program with a torrent that dials the peer, and is stopped when its input ends. */
const stoppedOverUtp = (port: number) => `
  import { createTorrent, openMemoryStore, parseMagnet, utpTransport } from ${JSON.stringify(index)}
  const torrent = createTorrent({
    magnet: parseMagnet('magnet:?xt=urn:btih:' + 'a'.repeat(40)),
    openStore: openMemoryStore,
    transport: utpTransport(),
    listen: { host: '127.0.0.1', port: 0 },
    peers: [{ host: '127.0.0.1', port: ${port} }],
  })
  torrent.start()
  process.stdin.resume().on('end', async () => {
    await torrent.stop()
    console.log('stopped')
  })
`
