import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import { createSampleTorrent } from '../../cli/demo/sample-torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { formatAddress } from '../../transport/address.ts'
import { temporaryFolder } from './sample-file.ts'

/** The executable as `npm test` has built it. */
const main = new URL('../../dist/cli/main.js', import.meta.url).pathname

test('a download that was stopped by the shell for longer than its time-out goes on and is complete', async () => {
  const folder = await temporaryFolder()
  const { file, pieces } = createSampleTorrent('sample.bin', 200_000, 16_384)
  await writeFile(join(folder, 'sample.torrent'), file)
  const metainfo = parseMetainfo(file)
  const store = openMemoryStore(metainfo)
  for (const [index, piece] of pieces.entries()) store.put(index, piece, () => {})
  const listen = { host: '127.0.0.1', port: 0 }
  const seeder = createTorrent({ metainfo, store, listen, uploadLimit: 100_000 })
  onTestFinished(() => seeder.stop())
  const address = await new Promise<string>((resolve) => {
    seeder.on('listening', (event) => resolve(formatAddress(event.address)))
    seeder.start()
  })

  const args = [
    'download',
    'sample.torrent',
    '--peer',
    address,
    '--host',
    '127.0.0.1',
    '--listen',
    '0',
    '--timeout',
    '2',
    '--json',
  ]
  const env = { PATH: '/nowhere', HOME: folder, XDG_STATE_HOME: folder }
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  let stopped: Promise<void> | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (!/"downloaded":[1-9]/.test(printed)) return
    stopped ??= (async () => {
      // Nothing is on its way while it stands still, and when it runs again nothing has come yet.
      seeder.setLimits({ up: 1 })
      await setTimeout(300)
      child.kill('SIGSTOP')
      await setTimeout(2_600)
      child.kill('SIGCONT')
      await setTimeout(600)
      seeder.setLimits({ up: undefined })
    })()
  })
  const [code] = await once(child, 'exit')
  expect(stopped).toBeDefined()
  expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('"done"') })
})
