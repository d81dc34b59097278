import { resolve } from 'node:path'
import { formatAddress, formatAttempts, formatReason, type TorrentSource } from '../../index.ts'
import type { PeerSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import { printable } from '../output/format.ts'
import { Failure, untilAborted, WrongUsage } from '../process/exit.ts'
import { choiceOf, type FilePatterns, fileNamed } from '../torrent/file-choice.ts'
import { filesOf, listFiles, tellSelected, wantedBytes } from '../torrent/files-told.ts'
import { observed } from '../torrent/observed.ts'
import { pipeFile } from '../torrent/pipe-file.ts'
import { tellRenamed } from '../torrent/renamed.ts'
import { runSession } from '../torrent/session.ts'
import { watchStall } from '../torrent/stall.ts'
import { bytesOf } from '../torrent/standings.ts'
import { meansMagnet, readMagnet, readTorrentFile } from '../torrent/torrent-file.ts'
import { inPlace, type Place } from './place.ts'
import { asksDht, type SwarmOptions } from './swarm-options.ts'

/** The options of `download`. */
export interface DownloadOptions extends SwarmOptions {
  readonly out: string
  /** None: all files are wanted, or those that a magnet link names. */
  readonly files: FilePatterns
  /** The file that is piped to standard output; it is wanted besides those of `files`. */
  readonly stdout?: string
  readonly list?: boolean
  /** Pieces come in order. */
  readonly sequential?: boolean
  readonly webSeed: readonly string[]
  /** False: nothing is downloaded from web seeds. */
  readonly webSeeds: boolean
}

/**
 * `peerchart download`: keeps what verifies on disk, dials for the rest, and settles when all of it is written. Of a magnet link it
 * dials first, for the metadata.
 */
export async function download(named: readonly string[], options: DownloadOptions, context: Context): Promise<void> {
  if (options.stdout !== undefined) requirePipe(named, context)
  await observed(options, {}, context, (observers) =>
    inPlace(named, options, observers, context, (what, place) => downloadOne(what, options, place)),
  )
}

/** What cannot be piped is refused before anything is made. */
function requirePipe(named: readonly string[], { stdout }: Context): void {
  if (named.length > 1) throw new WrongUsage(`--stdout pipes a file of one torrent, not of ${named.length}`)
  if (stdout.isTTY) throw new Failure('what --stdout pipes is not for a terminal: send it to a pipe or a file')
}

async function downloadOne(what: string, options: DownloadOptions, { context, create }: Place): Promise<void> {
  const { api, clock, output } = context
  const isLink = await meansMagnet(what, context)
  const { stdout: piped } = options
  const patterns = piped === undefined ? options.files : [...options.files, piped]
  const { choice, requireAll } = choiceOf(patterns)
  if (options.list && !isLink) {
    listFiles(filesOf(await readTorrentFile(what, options.timeout, context), choice), output)
    requireAll()
    return
  }
  const { source, name } = isLink
    ? fromMagnet(what, options, context)
    : await fromFile(what, options, context, (metainfo) => {
        const files = filesOf(metainfo, choice)
        requireAll()
        if (piped !== undefined) fileNamed(piped, files)
      })
  const torrent = create(
    {
      ...source,
      webSeeds: options.webSeeds && options.webSeed,
      // Also where it says nothing: what was wanted in an earlier run counts no more.
      files: choice,
      ...(options.sequential && { sequential: true }),
      resume: options.list ? undefined : api.resumeFiles?.((source.metainfo ?? source.magnet).infoHash, options.out),
    },
    name,
  )

  const stall = watchStall(torrent, output)
  let complete = false
  let downloaded = 0
  let dialledAt: number | undefined
  let payloadAt = 0
  let kept: number | undefined

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
      bytes: wantedBytes(torrent),
      downloaded: payload,
      ...(kept && { kept }),
      path: resolve(options.out, torrent.metainfo?.name ?? ''),
    })
    if (options.seed !== true) end()
  }

  const tellFiles = () => {
    requireAll()
    if (piped !== undefined) fileNamed(piped, torrent.files)
    if (torrent.metainfo) tellRenamed(torrent.metainfo, output)
    tellSelected(torrent.files, output)
  }

  if (source.metainfo) tellFiles()
  if (source.magnet) dial()
  await runSession(torrent, name, context, {
    alongside: piped === undefined ? undefined : pipeFile(torrent, piped, context.stdout),
    metadata() {
      payloadAt = clock.now()
      if (!options.list) tellFiles()
    },
    verified({ pieces, total }, end) {
      if (options.list) {
        listFiles(torrent.files, output)
        requireAll()
        end()
        return
      }
      payloadAt = clock.now()
      kept ??= bytesOf(pieces, torrent.metainfo)
      if (pieces === total) finish(0, end)
      if (dialledAt === undefined && (!complete || options.seed === true)) dial()
    },
    done(event, end) {
      finish(event.downloaded, end)
    },
    brokenOff: () => (complete ? undefined : howFar(torrent)),
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
        const why = [...whyEnded(peers), ...whyNothingCame(options, torrent, now)].map((text) => `; ${text}`).join('')
        throw new Failure(`gave up on ${what}: no ${missing} came for ${options.timeout} s${why}`)
      }
    },
  })
}

/** The reason that has to give way first and, where there are web seeds, why they give nothing; and which options would help. */
function whyNothingCame(options: DownloadOptions, torrent: TorrentHandle, now: number): readonly string[] {
  const reasons = torrent.explain().download
  const told = reasons.filter(({ code }, i) => i === 0 || code === 'no_web_seed').map((why) => formatReason(why, now))
  const [first] = reasons
  const lacksAddresses = first?.code === 'no_addresses' || first?.code === 'addresses_banned'
  return lacksAddresses ? [...told, whatWouldHelp(options, torrent)] : told
}

/**
 * Which options would name peers, or others to download from: the DHT does not for a private torrent (BEP 27), nor web seeds before the
 * metadata has come.
 */
function whatWouldHelp(options: DownloadOptions, { metainfo }: TorrentHandle): string {
  const mayAskDht = metainfo?.private !== true
  const ways = [
    '--tracker',
    ...(mayAskDht && !asksDht(options) ? ['--dht-bootstrap'] : []),
    '--peer',
    ...(metainfo && options.webSeeds ? ['--web-seed'] : []),
  ]
  const others = `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`
  return mayAskDht && asksDht(options) && options.dhtBootstrap.length === 0
    ? `--dht-bootstrap names nodes to enter the DHT by; ${others} names other sources`
    : `${others} names more`
}

/** What a torrent is made from, and what to call it until its metadata has come. */
interface Named {
  readonly source: TorrentSource
  readonly name: string
}

/** `look`: at what was read, before anything is made on the disk. */
async function fromFile(
  file: string,
  { out, timeout }: DownloadOptions,
  context: Context,
  look: (metainfo: Metainfo) => void,
): Promise<Named> {
  const metainfo = await readTorrentFile(file, timeout, context)
  look(metainfo)
  const store = await untilAborted(context.api.openFileStore(metainfo, out), context.signal)
  return { source: { metainfo, store }, name: metainfo.name }
}

function fromMagnet(link: string, { list, out }: DownloadOptions, { api, output }: Context): Named {
  const magnet = readMagnet(link, api)
  if (magnet.invalidPeers) {
    const some = magnet.invalidPeers.slice(0, 3).join(', ')
    const message = `the link names peers (x.pe) whose address cannot be understood, these are left out: ${some}`
    output.event({ event: 'warning', message: printable(message) })
  }
  return {
    source: {
      magnet,
      openStore: (metainfo) => (list ? api.openMemoryStore(metainfo) : api.openFileStore(metainfo, out)),
    },
    name: magnet.name ?? Buffer.from(magnet.infoHash).toString('hex'),
  }
}

/** For a user that breaks it off, on one line of a narrow terminal. */
function howFar({ progress: { pieces, total }, metainfo }: TorrentHandle): string {
  if (metainfo === undefined) return 'stopped before the metadata came'
  return `stopped at ${Math.floor((100 * pieces) / total)}%, run it again to go on`
}

/** Why the first three peers that left did so. Of web seeds the torrent itself knows more. */
const whyEnded = (peers: readonly PeerSummary[]): readonly string[] =>
  peers
    .flatMap(({ address, attempts, reason, transport }) =>
      reason === undefined || transport === 'web'
        ? []
        : [`${formatAddress(address)}: ${reason}${attempts ? ` (${formatAttempts(attempts)})` : ''}`],
    )
    .slice(0, 3)
