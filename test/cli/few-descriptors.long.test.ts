import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import bencode from 'bencode'
import { describe, expect, onTestFinished, test } from 'vitest'
import { multiFileTorrent } from '../storage/support.ts'
import { temporaryFolder } from './sample-file.ts'

const built = (file: string) => new URL(`../../dist/${file}`, import.meta.url).pathname

/** Node with so few descriptors; some 20 of them it has open itself. */
const limit = 128
const limited = (args: readonly string[]) =>
  ['-c', `ulimit -n ${limit}; exec "$0" "$@"`, process.execPath, ...args] as const

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const run = (cwd: string, args: readonly string[]): Promise<Run> =>
  new Promise((resolve) => {
    const child = execFile('bash', limited(args), { cwd, env: { HOME: cwd }, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })

/** A torrent of so many files of 100 bytes, as bytes of a file for each of `names`, and its data on the disk. */
const manyFiles = async (folder: string, count: number, names: readonly string[]) => {
  const files = Array.from({ length: count }, (_, i) => ({ path: [`d${i % 7}`, `${i}`], length: 100 }))
  const { metainfo, data } = multiFileTorrent(files, 16_384)
  for (let i = 0; i < 7; i++) await mkdir(join(folder, 'data', `d${i}`), { recursive: true })
  await Promise.all(
    metainfo.files.map(({ path, offset }) =>
      writeFile(join(folder, 'data', ...path.slice(1)), data.subarray(offset, offset + 100)),
    ),
  )
  for (const name of names) {
    const info = { name, 'piece length': 16_384, pieces: metainfo.pieceHashes, files }
    await writeFile(join(folder, `${name}.torrent`), bencode.encode({ info }))
  }
  return { files, data }
}

const tests = describe.runIf(process.platform === 'linux')

tests(`${limit} descriptors are enough`, { timeout: 60_000 }, () => {
  test('to create, seed and download a torrent of more files', async () => {
    const folder = await temporaryFolder()
    const { files, data } = await manyFiles(folder, 300, [])
    const created = await run(folder, [built('cli/main.js'), 'create', 'data', '--out', 'data.torrent'])
    expect(created).toMatchObject({ code: 0, stderr: '' })

    const seed = spawn(
      'bash',
      limited([built('cli/main.js'), 'seed', 'data.torrent', '--host', '127.0.0.1', '--listen', '0', '--json']),
      {
        cwd: folder,
        env: { HOME: folder },
      },
    )
    onTestFinished(async () => {
      seed.kill()
      if (seed.exitCode === null) await once(seed, 'exit')
    })
    let said = ''
    const port = await new Promise<number>((resolve, reject) => {
      seed.once('exit', () => reject(new Error(said)))
      seed.stdout.on('data', (chunk: Buffer) => {
        said += chunk
        const heard = /"listening".*?"port":(\d+)/.exec(said)
        if (heard) resolve(Number(heard[1]))
      })
    })
    const args = [
      'download',
      'data.torrent',
      '--host',
      '127.0.0.1',
      '--out',
      'out',
      '--peer',
      `127.0.0.1:${port}`,
      '--json',
    ]
    const downloaded = await run(folder, [built('cli/main.js'), ...args])
    expect(downloaded).toMatchObject({ code: 0, stderr: '' })
    expect(downloaded.stdout).not.toContain('"warning"')
    for (const [i, { path }] of files.entries()) {
      const bytes = await readFile(join(folder, 'out', 'data', ...path))
      expect(Buffer.compare(bytes, await readFile(join(folder, 'data', ...path))), `${i}`).toBe(0)
    }
    expect(data.length).toBe(30_000)
  })

  const torrents = 20

  test(`for a session of ${torrents} torrents of 100 files each, as many leechers in the same process, and ${10 * torrents} dials that lead to nobody`, async () => {
    const folder = await temporaryFolder()
    const names = Array.from({ length: torrents }, (_, i) => `t${i}`)
    await manyFiles(folder, 100, names)
    for (const name of names) await symlink('data', join(folder, name))
    const silent = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const server = createServer((socket) => {
          socket.on('error', () => undefined)
          setTimeout(() => socket.destroy(), 60)
        })
        onTestFinished(() => void server.close())
        await once(server.listen(0, '127.0.0.1'), 'listening')
        const { port } = server.address() as AddressInfo
        return { host: '127.0.0.1', port }
      }),
    )
    const program = `
      import { readdirSync, readFileSync } from 'node:fs'
      import { createSession, openFileStore, openMemoryStore, parseMetainfo, systemClock } from '${built('index.js')}'
      let most = 0
      const count = setInterval(() => { most = Math.max(most, readdirSync('/proc/self/fd').length) }, 5)
      const metainfos = ${JSON.stringify(names)}.map((name) => parseMetainfo(readFileSync(name + '.torrent')))
      const seeds = createSession({ listen: { host: '127.0.0.1', port: 0 }, encryption: 'none' })
      // Who finds all descriptors taken dials again after 1 s, 5 s, 15 s and so on: that goes five times as fast.
      const clock = {
        ...systemClock,
        now: () => 5 * systemClock.now(),
        slept: () => 5 * systemClock.slept(),
        setTimeout: (run, ms) => systemClock.setTimeout(run, ms / 5),
      }
      const leechers = createSession({ encryption: 'none', clock })
      for (const metainfo of metainfos)
        seeds.add({ metainfo, store: await openFileStore(metainfo, '.', { readOnly: true }) }).start()
      const reasons = new Set()
      const done = metainfos.map((metainfo) => {
        const leecher = leechers.add({ metainfo, store: openMemoryStore(metainfo) })
        seeds.on('listening', ({ address }) => leecher.addPeer(address))
        for (const address of ${JSON.stringify(silent)}) leecher.addPeer(address)
        leecher.on('peer', ({ peer }) => reasons.add(peer.reason))
        leecher.start()
        return new Promise((resolve, reject) => {
          leecher.on('done', resolve)
          leecher.on('failed', ({ error }) => reject(error))
        })
      })
      seeds.start()
      await Promise.all(done)
      await Promise.all([seeds.stop(), leechers.stop()])
      clearInterval(count)
      console.log(JSON.stringify({ done: done.length, most, reasons: [...reasons], left: readdirSync('/proc/self/fd').length }))
    `
    const { code, stdout, stderr } = await run(folder, ['--input-type=module', '--eval', program])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { done, most, left, reasons } = JSON.parse(stdout)
    for (const ours of ['transport.error', 'transport.no_descriptor', 'timeout.connect']) {
      expect(reasons).not.toContain(ours)
    }
    expect(done).toBe(torrents)
    expect(most).toBeLessThanOrEqual(limit)
    expect(left).toBeLessThan(40)
  })

  test('less whatever others in the process have open: what they leave is waited for', async () => {
    const folder = await temporaryFolder()
    await manyFiles(folder, 300, ['data'])
    const program = `
      import { closeSync, openSync, readFileSync } from 'node:fs'
      import { openFileStore, parseMetainfo } from '${built('index.js')}'
      const metainfo = parseMetainfo(readFileSync('data.torrent'))
      const store = await openFileStore(metainfo, 'out')
      const seed = await openFileStore(metainfo, '.', { readOnly: true })
      const taken = []
      try { for (;;) taken.push(openSync('/dev/null')) } catch (error) { if (error.code !== 'EMFILE') throw error }
      setTimeout(() => { for (let i = 0; i < 3; i++) closeSync(taken.pop()) }, 250)
      for (let index = 0; index < metainfo.pieceHashes.length / 20; index++) {
        const data = await new Promise((resolve, reject) =>
          seed.get(index, undefined, (error, data) => (error ? reject(error) : resolve(data))))
        await new Promise((resolve, reject) => store.put(index, data, (error) => (error ? reject(error) : resolve())))
      }
      console.log('written with', taken.length > 50)
    `
    const { code, stdout, stderr } = await run(folder, ['--input-type=module', '--eval', program])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'written with true\n', stderr: '' })
    expect((await readFile(join(folder, 'out/data/d5/299'))).length).toBe(100)
  })
})
