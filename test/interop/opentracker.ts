import { spawn } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './addresses.ts'
import { collect, end } from './daemon.ts'
import { temporaryFolder } from './fixtures.ts'
import type { MeetingPoint } from './tracker.ts'

/** What a machine without it is told. */
export const opentrackerMissing = 'opentracker is missing: install the Debian package opentracker'

/** The user it runs as: it does not run as root. */
const user = 'nobody'

const startTimeoutMs = 20_000

/** Starts an opentracker on `host`, over HTTP and UDP at one port, for these torrents alone: Debian's serves none that it was not told of. */
export async function startOpentracker(host: string, infoHashes: readonly string[]): Promise<MeetingPoint> {
  const { path, remove } = await temporaryFolder()
  // It reads the list as that user, and without it serves nobody and says nothing.
  await chmod(path, 0o755)
  await writeFile(join(path, 'allowed'), infoHashes.map((infoHash) => `${infoHash}\n`).join(''))
  const port = await freePort(host)
  const args = ['-i', host, '-p', String(port), '-P', String(port), '-d', path, '-u', user, '-w', 'allowed']
  const daemon = spawn('opentracker', args, { cwd: path, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = collect(daemon)
  const stop = async (): Promise<void> => {
    await end(daemon)
    await remove()
  }
  const deadline = performance.now() + startTimeoutMs
  while (!(await answers(`http://${host}:${port}/scrape?info_hash=${'x'.repeat(20)}`))) {
    const failure = log.missing() ? opentrackerMissing : `opentracker does not answer\n${log.text()}`
    if (log.missing() || daemon.exitCode !== null || performance.now() > deadline) {
      await stop()
      throw new Error(failure)
    }
    await wait(20)
  }
  return { http: `http://${host}:${port}/announce`, udp: `udp://${host}:${port}/announce`, stop }
}

/** Whether anything does at that URL, whatever it says. */
const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (response) => response.arrayBuffer().then(() => true),
    () => false,
  )
