import type { Dht, SessionTorrentOptions } from '../../index.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import type { Output } from '../output/output.ts'
import { Failure } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { heldBack } from '../torrent/held-back.ts'
import type { Observers } from '../torrent/observed.ts'
import { shareOutput } from '../torrent/shared-output.ts'
import { meansMagnet } from '../torrent/torrent-file.ts'
import { withDht } from './dht-node.ts'
import { asking, boundTo, carriedBy, type SwarmOptions } from './swarm-options.ts'

/** Where a torrent of a command runs: by itself, or beside others behind one listener. */
export interface Place {
  /** What it reports to, and what ends it. */
  readonly context: Context
  /** Makes a torrent, stopped, as the options of the command line have it. `name`: what to call it until its metadata has come. */
  create(own: OwnOptions, name: string): TorrentHandle
}

/** What a torrent has to itself. */
export type OwnOptions = SessionTorrentOptions

/**
 * Runs each of the torrents that a command names, and settles when all have ended. Of several it is told which is which; one that fails is a
 * warning, and a Failure at the end that names them; a listener that fails ends all.
 */
export const inPlace = (
  named: readonly string[],
  options: SwarmOptions,
  observers: Observers,
  context: Context,
  run: (what: string, place: Place) => Promise<void>,
): Promise<void> => withDht(options, context, (dht) => inPlaceWith(dht, named, options, observers, context, run))

async function inPlaceWith(
  dht: Dht | undefined,
  named: readonly string[],
  options: SwarmOptions,
  observers: Observers,
  context: Context,
  run: (what: string, place: Place) => Promise<void>,
): Promise<void> {
  const { api, output, signal } = context
  const settings = {
    trackers: asking(options),
    maxPeers: options.maxPeers,
    maxIncomingPerHost: options.maxIncomingPerHost,
    downloadLimit: options.downloadLimit,
    uploadLimit: options.uploadLimit,
  }
  const { record, ...inspecting } = observers
  const shared = {
    listen: boundTo(options),
    ...carriedBy(options, api),
    encryption: options.encryption,
    ...(dht && { dht }),
    ...(record && { record }),
  }
  const [only] = named
  if (only !== undefined && named.length === 1) {
    return run(only, {
      context,
      create: (own) => api.createTorrent({ ...own, ...settings, ...shared, ...inspecting }),
    })
  }

  const session = api.createSession({ ...shared, ...inspecting })
  const broken = new AbortController()
  session.on('failed', ({ error }) => broken.abort(error))
  session.on('warning', ({ message }) => output.event({ event: 'warning', message }))
  const listening = heldBack(output, named.length)
  session.on('listening', ({ transport, address: { host, port } }) => {
    listening.event({ event: 'listening', transport, host, port })
  })
  const outputs = shareOutput(output)
  const failed: string[] = []
  try {
    session.start()
    await Promise.all(
      named.map(async (what) => {
        const own = outputs.open()
        const ready = listening.waitFor()
        let called = what
        const told: Output = {
          ...own.output,
          event(event) {
            // All have the listener that was told of once.
            if (event.event !== 'listening') own.output.event(event)
            if (event.event === 'metadata') called = event.name
            if (event.event === 'verified') ready()
          },
        }
        const place = {
          context: { ...context, output: told, signal: AbortSignal.any([signal, broken.signal]) },
          create: (made: OwnOptions, name: string) => {
            const hex = Buffer.from((made.metainfo ?? made.magnet).infoHash).toString('hex')
            own.mark(hex)
            called = name
            if (name !== hex) own.output.event({ event: 'named', name, ...sizeOf(made) })
            return session.add({ ...made, ...settings, ...inspecting })
          },
        }
        try {
          // What a magnet link names has nothing to verify until peers have sent its metadata.
          if (await meansMagnet(what, context)) ready()
          await run(what, place)
        } catch (error) {
          failed.push(called)
          if (!signal.aborted && !broken.signal.aborted)
            own.output.event({ event: 'warning', message: explainError(error) })
        } finally {
          ready()
        }
      }),
    )
  } finally {
    await session.stop()
    outputs.close()
  }
  signal.throwIfAborted()
  broken.signal.throwIfAborted()
  if (failed.length > 0) throw new Failure(`${failed.length} of ${named.length} torrents failed: ${failed.join(', ')}`)
}

/** Of a magnet link nobody knows it yet. */
const sizeOf = ({ metainfo }: OwnOptions) =>
  metainfo && { pieces: metainfo.pieceHashes.length / 20, bytes: metainfo.length }
