import type { Context } from '../context/context.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { observed } from '../torrent/observed.ts'
import { tellRenamed } from '../torrent/renamed.ts'
import { runSession } from '../torrent/session.ts'
import { hintIfTooDeep } from '../torrent/too-deep.ts'
import { meansMagnet, readTorrentFile } from '../torrent/torrent-file.ts'
import { inPlace, type Place } from './place.ts'
import type { SwarmOptions } from './swarm-options.ts'

/** The options of `seed`. */
export interface SeedOptions extends SwarmOptions {
  readonly data: string
  readonly superSeed?: boolean
}

/** `peerchart seed`: serves what verifies until interrupted, which is how it normally ends; so it never returns. */
export async function seed(named: readonly string[], options: SeedOptions, context: Context): Promise<void> {
  await observed(options, {}, context, (observers) =>
    inPlace(named, options, observers, context, (file, place) => seedOne(file, options, place)),
  )
}

async function seedOne(file: string, options: SeedOptions, { context, create }: Place): Promise<void> {
  if (await meansMagnet(file, context)) {
    throw new Failure('a magnet link does not say what the data is: seed needs a .torrent file')
  }
  const metainfo = await readTorrentFile(file, options.timeout, context)
  const opening = context.api.openFileStore(metainfo, options.data, { readOnly: true })
  const torrent = create(
    {
      metainfo,
      store: await untilAborted(opening, context.signal),
      resume: context.api.resumeFiles?.(metainfo.infoHash, options.data),
      superSeed: options.superSeed ?? false,
    },
    metainfo.name,
  )
  tellRenamed(metainfo, context.output)
  const hint = await hintIfTooDeep(metainfo, options.data)
  await runSession(torrent, metainfo.name, context, {
    verified({ pieces, total }) {
      if (pieces === 0) {
        throw new Failure(
          `nothing to seed: none of the ${total} pieces of ${metainfo.name} verifies in ${options.data}${hint}`,
        )
      }
      if (options.superSeed && pieces < total) {
        const message = `super-seeding needs all of it, but ${total - pieces} of ${total} pieces do not verify`
        context.output.event({ event: 'warning', message })
      }
      for (const peer of options.peer) torrent.addPeer(peer)
    },
    done() {},
  })
}
