import { resolve } from 'node:path'
import { formatAddress, formatReason, type Magnet, type TorrentSource } from '../../index.ts'
import type { PeerSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import type { Api } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import { printable } from '../output/format.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { type Observers, observed } from '../torrent/observed.ts'
import { tellRenamed } from '../torrent/renamed.ts'
import { runSession } from '../torrent/session.ts'
import { watchStall } from '../torrent/stall.ts'
import { meansMagnet, readTorrentFile } from '../torrent/torrent-file.ts'
import { carriedBy, type SwarmOptions } from './swarm-options.ts'

/** The options of `download`. */
export interface DownloadOptions extends SwarmOptions {
  readonly out: string
}

/**
 * `peerchart download`: keeps what verifies on disk, dials for the rest, and settles when all of it is written. Of a magnet link it
 * dials first, for the metadata.
 */
export async function download(what: string, options: DownloadOptions, context: Context): Promise<void> {
  await observed(options, {}, context, (observers) => downloadObserved(observers, what, options, context))
}

async function downloadObserved(
  observers: Observers,
  what: string,
  options: DownloadOptions,
  context: Context,
): Promise<void> {
  const { api, clock, output } = context
  const isLink = await meansMagnet(what, context)
  const source = isLink ? fromMagnet(what, options, context) : await fromFile(what, options, context)
  const torrent = api.createTorrent({
    ...source,
    listen: { host: options.host, port: options.listen },
    ...carriedBy(options, api),
    encryption: options.encryption,
    maxPeers: options.maxPeers,
    maxIncomingPerHost: options.maxIncomingPerHost,
    resume: api.resumeFiles?.((source.metainfo ?? source.magnet).infoHash, options.out),
    downloadLimit: options.downloadLimit,
    uploadLimit: options.uploadLimit,
    ...observers,
  })

  const stall = watchStall(torrent, output)
  let complete = false
  let downloaded = 0
  let dialledAt: number | undefined
  let payloadAt = 0

  const dial = () => {
    dialledAt = payloadAt = clock.now()
    for (const peer of options.peer) torrent.addPeer(peer)
  }
  const finish = (payload: number, end: () => void) => {
    // A torrent that finds everything on disk may say `done` as well as `verified`.
    if (complete) return
    complete = true
    const now = clock.now()
    output.event({
      event: 'done',
      seconds: Math.round(now - (dialledAt ?? now)) / 1000,
      bytes: torrent.metainfo?.length ?? 0,
      downloaded: payload,
      path: resolve(options.out, torrent.metainfo?.name ?? ''),
    })
    if (options.seed !== true) end()
  }

  if (source.metainfo) tellRenamed(source.metainfo, output)
  if (source.magnet) dial()
  await runSession(torrent, context, {
    metadata() {
      payloadAt = clock.now()
      if (torrent.metainfo) tellRenamed(torrent.metainfo, output)
    },
    verified({ pieces, total }, end) {
      payloadAt = clock.now()
      if (pieces === total) finish(0, end)
      if (dialledAt === undefined && (!complete || options.seed === true)) dial()
    },
    done(event, end) {
      finish(event.downloaded, end)
    },
    tick(peers) {
      if (torrent.progress.downloaded !== downloaded) {
        downloaded = torrent.progress.downloaded
        payloadAt = clock.now()
      }
      if (complete || dialledAt === undefined) return
      // Of a block that is still coming the torrent has counted nothing: at a low rate that takes its time.
      for (const peer of peers) payloadAt = Math.max(payloadAt, peer.payloadAt ?? payloadAt)
      const now = clock.now()
      stall.look(now, payloadAt)
      if (now - payloadAt >= options.timeout * 1000) {
        const missing = torrent.metainfo ? 'payload' : 'metadata'
        const [reason] = torrent.explain().download
        const why = reason === undefined ? '' : `; ${formatReason(reason, now)}`
        throw new Failure(`gave up on ${what}: no ${missing} came for ${options.timeout} s${whyEnded(peers)}${why}`)
      }
    },
  })
}

async function fromFile(file: string, { out, timeout }: DownloadOptions, context: Context): Promise<TorrentSource> {
  const metainfo = await readTorrentFile(file, timeout, context)
  return { metainfo, store: await untilAborted(context.api.openFileStore(metainfo, out), context.signal) }
}

function fromMagnet(link: string, { out }: DownloadOptions, { api, output }: Context): TorrentSource {
  const magnet = readMagnet(link, api)
  if (magnet.selectOnly !== undefined) {
    const message = `the link is about some files (so=${magnet.selectOnly}), which cannot be told apart yet: all are downloaded`
    output.event({ event: 'warning', message })
  }
  if (magnet.invalidPeers) {
    const some = magnet.invalidPeers.slice(0, 3).join(', ')
    const message = `the link names peers (x.pe) whose address cannot be understood, these are left out: ${some}`
    output.event({ event: 'warning', message: printable(message) })
  }
  return { magnet, openStore: (metainfo) => api.openFileStore(metainfo, out) }
}

function readMagnet(link: string, api: Api): Magnet {
  try {
    return api.parseMagnet(link)
  } catch (error) {
    throw new Failure(`this magnet link cannot be used: ${explainError(error)}`)
  }
}

/** Why the first three peers that left did so; nothing when none left. */
function whyEnded(peers: readonly PeerSummary[]): string {
  return peers
    .flatMap(({ address, reason }) => (reason === undefined ? [] : [`; ${formatAddress(address)}: ${reason}`]))
    .slice(0, 3)
    .join('')
}
