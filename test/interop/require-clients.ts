import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import { aria2Missing } from './aria2.ts'
import { bittorrentTrackerMissing, bittorrentTrackerPath } from './bittorrent-tracker.ts'
import { libtorrentMissing } from './libtorrent.ts'
import { opentrackerMissing } from './opentracker.ts'
import { cliPath, peerchartMissing } from './peerchart.ts'
import { rtorrentMissing } from './rtorrent.ts'
import { transmissionMissing } from './transmission.ts'

const run = promisify(execFile)

/** Run once before all interop tests: says in one line what this machine lacks, instead of failing test by test. */
export default async function requireClients(): Promise<void> {
  const checks = [
    run('/usr/bin/python3', ['-c', 'import libtorrent']).then(present, () => libtorrentMissing),
    run('transmission-daemon', ['--version']).then(present, () => transmissionMissing),
    run('aria2c', ['--version']).then(present, () => aria2Missing),
    run('rtorrent', ['-h']).then(present, () => rtorrentMissing),
    run('opentracker', ['-h']).then(present, () => opentrackerMissing),
    access(bittorrentTrackerPath).then(present, () => bittorrentTrackerMissing),
    access(cliPath).then(present, () => peerchartMissing),
  ]
  const missing = (await Promise.all(checks)).filter((line) => line !== undefined)
  if (missing.length > 0) throw new Error(missing.join('; '))
}

const present = (): undefined => undefined
