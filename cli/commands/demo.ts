import { formatAddress } from '../../index.ts'
import type { Context } from '../context/context.ts'
import { createParticipant, holdsPieces, type Participant, type Role } from '../demo/participant.ts'
import { createSampleTorrent } from '../demo/sample-torrent.ts'
import { seenAt, summarize, summaryDispensable, summaryHead, summaryNote, summaryRow } from '../demo/summary.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { every } from '../process/ticker.ts'
import type { InspectorPage } from '../torrent/inspecting.ts'
import { type ObserverOptions, type Observers, observed } from '../torrent/observed.ts'
import { torrentStanding } from '../torrent/standings.ts'

const cast: readonly (readonly [name: string, role: Role])[] = [
  ['seeder 1', 'seeder'],
  ['seeder 2', 'seeder'],
  ['corrupter', 'corrupter'],
  ['leecher 1', 'leecher'],
  ['leecher 2', 'leecher'],
]
/** The options of `demo`. */
export type DemoOptions = ObserverOptions

/** What may be tried out on the inspector's page. */
const allow = [
  'torrent.choke',
  'torrent.unchoke',
  'torrent.close',
  'torrent.adjust_reputation',
  'torrent.pause',
  'torrent.resume',
]

const sampleBytes = 12 * 1024 * 1024
const samplePieceBytes = 256 * 1024
const timeLimitMs = 25_000
const tickMs = 200

/**
 * `peerchart demo`: a swarm in this process, on loopback TCP. Settles when every leecher has the data; throws a
 * Failure when one of them has wrong data, nobody banned the corrupter, somebody banned another, or it takes 25 s.
 * Under an inspector it begins when the page is opened, or after 8 s without, and the swarm goes on until the page is closed; the time counts
 * from then, as whoever looks may pause and choke.
 */
export async function demo(options: DemoOptions, context: Context): Promise<void> {
  await observed(options, { allow }, context, (observers, page) => demoObserved(observers, page, context))
}

async function demoObserved(observers: Observers, page: InspectorPage | undefined, context: Context): Promise<void> {
  const { api, clock, output, signal } = context
  await page?.opened()
  const sample = createSampleTorrent('peerchart-demo.bin', sampleBytes, samplePieceBytes)
  const metainfo = await api.readMetainfo(sample.file)
  const participants: Participant[] = []
  /** Those that banned an address. */
  const bannedBy = new Map<string, readonly string[]>()
  const start = clock.now()
  let endTicks = () => {}
  try {
    for (const [name, role] of cast) {
      const participant = await createParticipant(name, role, metainfo, sample.pieces, observers, context)
      participant.torrent.on('banned', ({ address }) => {
        const banned = formatAddress(address)
        bannedBy.set(banned, [...(bannedBy.get(banned) ?? []), name])
      })
      if (role === 'leecher') {
        participant.torrent.on('done', ({ downloaded }) => {
          const seconds = Math.round(clock.now() - start) / 1000
          output.event({ event: 'done', participant: name, seconds, bytes: metainfo.length, downloaded, path: '' })
        })
      }
      participants.push(participant)
    }
    const leechers = participants.filter(({ role }) => role === 'leecher')
    let lastWatchedAt = start
    const tooLong = new Promise<never>((_, reject) => {
      endTicks = every(clock, tickMs, () => {
        for (const { reports } of participants) reports.progress()
        output.standings(participants.map(standing))
        if (page?.isOpen()) lastWatchedAt = clock.now()
        if (clock.now() - lastWatchedAt >= timeLimitMs) {
          const since = lastWatchedAt === start ? '' : ' after the page was closed'
          reject(new Failure(`the demo did not end within ${timeLimitMs / 1000} s${since}`))
        }
      })
    })
    await untilAborted(
      Promise.race([exchange(participants, leechers, signal), tooLong, ...participants.map(({ failed }) => failed)]),
      signal,
    )

    endTicks()
    for (const { reports } of participants) reports.progress()
    output.standings(participants.map(standing))
    const seconds = (clock.now() - start) / 1000
    const rows: (readonly string[])[] = []
    let note: string | undefined
    for (const participant of participants) {
      const address = await participant.listening
      const by = bannedBy.get(formatAddress(address)) ?? []
      const summary = summarize(participant, seenAt(address, participants), seconds, by.length > 0)
      if (participant.role === 'corrupter') note = summaryNote(by, page !== undefined)
      output.event({ ...summary, participant: participant.name })
      rows.push(summaryRow(participant.name, summary))
    }
    output.table({ head: summaryHead, rows, dispensable: summaryDispensable, ...(note && { notes: [note] }) })
    await check(participants, bannedBy, sample.pieces)
    await page?.closed()
  } finally {
    endTicks()
    await Promise.all(participants.map(({ torrent }) => torrent.stop()))
    for (const { reports, book } of participants) {
      reports.stop()
      book.stop()
    }
  }
}

/** Starts everybody, each leecher dialling all that listen already, and waits until the leechers are complete. */
async function exchange(
  participants: readonly Participant[],
  leechers: readonly Participant[],
  signal: AbortSignal,
): Promise<void> {
  const listening = []
  for (const { role, torrent, listening: own } of participants) {
    signal.throwIfAborted()
    torrent.start()
    const address = await own
    if (role === 'leecher') for (const peer of listening) torrent.addPeer(peer)
    listening.push(address)
  }
  await Promise.all(leechers.map(({ complete }) => complete))
}

async function check(
  participants: readonly Participant[],
  banned: ReadonlyMap<string, unknown>,
  pieces: readonly Uint8Array[],
): Promise<void> {
  for (const { name, role, store, listening } of participants) {
    const isBanned = banned.has(formatAddress(await listening))
    if (role === 'corrupter' && !isBanned) throw new Failure('the corrupter served corrupt pieces and was not banned')
    if (role !== 'corrupter' && isBanned) throw new Failure(`${name} was banned although it did nothing wrong`)
    if (role === 'leecher' && !(await holdsPieces(store, pieces))) throw new Failure(`${name} ended with wrong data`)
  }
}

/** All have the same torrent: the name says whose it is. */
const standing = ({ name, torrent }: Participant) => ({
  ...torrentStanding(torrent.progress, torrent.metainfo, name),
  name,
})
