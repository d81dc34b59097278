import { resolve } from 'node:path'
import { formatAddress } from '../../index.ts'
import type { PeerSummary } from '../../machines/torrent/emitted.ts'
import type { Context } from '../context.ts'
import { Failure } from '../exit.ts'
import { runSession } from '../session.ts'
import { readTorrentFile } from '../torrent-file.ts'
import { refuseUnavailable, type SwarmOptions } from './swarm-options.ts'

/** The options of `download`. */
export interface DownloadOptions extends SwarmOptions {
  readonly out: string
}

/** `peerchart download`: keeps what verifies on disk, dials for the rest, and settles when all of it is written. */
export async function download(file: string, options: DownloadOptions, context: Context): Promise<void> {
  refuseUnavailable(options)
  const { api, clock, output } = context
  const metainfo = await readTorrentFile(file, api)
  const torrent = api.createTorrent({
    metainfo,
    store: await api.openFileStore(metainfo, options.out),
    listen: { host: options.host, port: options.listen },
    encryption: options.encryption,
    maxPeers: options.maxPeers,
  })

  let complete = false
  let downloaded = 0
  let dialledAt: number | undefined
  let payloadAt = 0

  const finish = (payload: number, end: () => void) => {
    // A torrent that finds everything on disk may say `done` as well as `verified`.
    if (complete) return
    complete = true
    const now = clock.now()
    output.event({
      event: 'done',
      seconds: Math.round(now - (dialledAt ?? now)) / 1000,
      bytes: metainfo.length,
      downloaded: payload,
      path: resolve(options.out, metainfo.name),
    })
    if (options.seed !== true) end()
  }

  await runSession(torrent, context, {
    verified({ pieces, total }, end) {
      dialledAt = payloadAt = clock.now()
      if (pieces === total) finish(0, end)
      if (complete && options.seed !== true) return
      for (const peer of options.peer) torrent.addPeer(peer)
    },
    done(event, end) {
      finish(event.downloaded, end)
    },
    tick(peers) {
      if (torrent.progress.downloaded !== downloaded) {
        downloaded = torrent.progress.downloaded
        payloadAt = clock.now()
      }
      if (!complete && dialledAt !== undefined && clock.now() - payloadAt >= options.timeout * 1000) {
        throw new Failure(`gave up on ${file}: no payload came for ${options.timeout} s${whyEnded(peers)}`)
      }
    },
  })
}

/** Why the first three of those who left did so; nothing when nobody left. */
function whyEnded(peers: readonly PeerSummary[]): string {
  return peers
    .flatMap(({ address, reason }) => (reason === undefined ? [] : [`; ${formatAddress(address)}: ${reason}`]))
    .slice(0, 3)
    .join('')
}
