import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createSampleTorrent } from '../../cli/demo/sample-torrent.ts'
import { createTorrent, openMemoryStore, parseMetainfo, seededRandom } from '../../index.ts'
import { temporaryFolder } from './fixtures.ts'
import { untilTestEnds } from './until-test-ends.ts'

const kills = 50
/** Fifty runs on a busy machine; on an idle one they take a minute. */
const timeoutMs = 400_000
/** How long a run goes on after its first byte, at most: the file takes three times as long. */
const lifeMs = 400
const pieceLength = 128 * 1024
const length = 24_000_001
const bytesPerSecond = 20_000_000

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

test(
  'killed at fifty random moments download --stdout gives right bytes alone, and the next run has what was given out',
  async () => {
    const { path: work, remove: stop } = await temporaryFolder()
    untilTestEnds({ stop })
    const { file, pieces } = createSampleTorrent('film.mkv', length, pieceLength)
    const data = Buffer.concat(pieces)
    const torrentFile = join(work, 'film.torrent')
    await writeFile(torrentFile, file)
    const metainfo = parseMetainfo(file)
    const store = openMemoryStore(metainfo)
    for (const [index, piece] of pieces.entries()) store.put(index, piece, () => {})
    const listen = { host: '127.0.0.1', port: 0 }
    const seeder = untilTestEnds(createTorrent({ metainfo, store, listen, uploadLimit: bytesPerSecond }))
    const listening = new Promise<number>((resolve) => {
      seeder.on('listening', ({ address, transport }) => transport === 'tcp' && resolve(address.port))
    })
    seeder.start()
    const peer = `127.0.0.1:${await listening}`
    const out = join(work, 'out')

    const start = () => {
      const options = ['--out', out, '--stdout', '0', '--peer', peer, '--host', '127.0.0.1', '--no-trackers']
      const child = spawn(process.execPath, [main, 'download', torrentFile, ...options], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, XDG_STATE_HOME: join(work, 'state') },
      })
      const chunks: Buffer[] = []
      let told = ''
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        told += text
      })
      const closed = once(child, 'close')
      untilTestEnds({
        async stop() {
          child.kill('SIGKILL')
          await closed
        },
      })
      return {
        /** It has given the first byte, or has ended. */
        began: Promise.race([once(child.stdout, 'data'), closed]),
        /** What it gave out, and how many pieces it began with, where it came so far. */
        async kill() {
          child.kill('SIGKILL')
          await closed
          const verified = /^verified (\d+) of/m.exec(told)?.[1]
          return { code: child.exitCode, told, given: Buffer.concat(chunks), verified: verified && Number(verified) }
        },
        closed,
      }
    }

    const random = seededRandom(1)
    /** Pieces of which all bytes were given out, and so are on the disk. */
    let known = 0
    /** What kills hit upon: without these they would prove nothing. */
    let amid = 0
    let resumed = 0
    for (let kill = 0; kill < kills; kill++) {
      const run = start()
      // Now and then before it has given anything.
      if (kill % 10 !== 9) await run.began
      await setTimeout(random() * lifeMs)
      const { code, given, told, verified } = await run.kill()
      expect(Buffer.compare(given, data.subarray(0, given.length)), `given before kill ${kill}`).toBe(0)
      if (verified !== undefined)
        expect(verified, `found after kill ${kill - 1}: ${told}`).toBeGreaterThanOrEqual(known)
      if (given.length > 0 && given.length < length) amid++
      if (verified) resumed++
      known = Math.max(known, Math.floor(given.length / pieceLength))
      if (given.length < length) continue
      expect([0, null]).toContain(code)
      await rm(out, { recursive: true })
      known = 0
    }
    const last = start()
    await last.closed
    const { code, given } = await last.kill()
    expect(code).toBe(0)
    expect(Buffer.compare(given, data)).toBe(0)
    expect(Buffer.compare(await readFile(join(out, 'film.mkv')), data)).toBe(0)
    expect([amid > 20, resumed > 20]).toEqual([true, true])
  },
  timeoutMs,
)
