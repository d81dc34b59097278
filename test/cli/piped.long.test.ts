import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import { createSampleTorrent } from '../../cli/demo/sample-torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { formatAddress } from '../../transport/address.ts'
import { temporaryFolder } from './sample-file.ts'

/** The executable as `npm test` has built it. */
const main = new URL('../../dist/cli/main.js', import.meta.url).pathname

test('download --stdout gives a pipe all bytes, and ends quietly with 141 when the pipe is closed early', async () => {
  const folder = await temporaryFolder()
  const { file, pieces } = createSampleTorrent('sample.bin', 3_000_000, 65_536)
  await writeFile(join(folder, 'sample.torrent'), file)
  const metainfo = parseMetainfo(file)
  const store = openMemoryStore(metainfo)
  for (const [index, piece] of pieces.entries()) store.put(index, piece, () => {})
  const seeder = createTorrent({ metainfo, store, listen: { host: '127.0.0.1', port: 0 } })
  onTestFinished(() => seeder.stop())
  const address = await new Promise<string>((resolve) => {
    seeder.on('listening', (event) => resolve(formatAddress(event.address)))
    seeder.start()
  })

  const options = `--stdout 0 --peer ${address} --host 127.0.0.1 --listen 0 --timeout 20`
  const command = (out: string) => `"$NODE" "$MAIN" download sample.torrent --out ${out} ${options}`
  const script = `
    ${command('whole')} 2> whole.log | cat; echo "\${PIPESTATUS[0]}" >&2
    ${command('part')} 2> part.log | head -c 1000; echo "\${PIPESTATUS[0]}" >&2
    cat part.log >&2`
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: folder, NODE: process.execPath, MAIN: main }
  const ended = await new Promise<{ readonly stdout: Buffer; readonly stderr: string }>((resolve) => {
    const settings = { cwd: folder, env, encoding: 'buffer', maxBuffer: 2 ** 23, timeout: 40_000 } as const
    execFile('bash', ['-c', script], settings, (_, stdout, stderr) => resolve({ stdout, stderr: stderr.toString() }))
  })
  const data = Buffer.concat(pieces)
  expect(Buffer.compare(ended.stdout, Buffer.concat([data, data.subarray(0, 1000)]))).toBe(0)
  expect(ended.stderr).toMatch(/^0\n141\n/)
  expect(ended.stderr).not.toMatch(/EPIPE|Error|peerchart:/)
})
