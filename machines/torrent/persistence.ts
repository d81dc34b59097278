import { lookInto } from '../deciding.ts'
import { unknownLayout } from '../peer/vocabulary/context.ts'
import { misfit, optional, record, text } from '../persistence/codec.ts'
import type { Persistence } from '../persistence/restorable.ts'
import { SnapshotError } from '../persistence/snapshot-error.ts'
import type { RestoredInput, TorrentInput } from './core/input.ts'
import { inputOf, type Memory, memoryCodec, remember } from './core/memory.ts'
import { livingTorrent } from './living.ts'
import type { TorrentContext } from './states/context.ts'
import type { TorrentEvent } from './states/torrent-event.ts'
import { filePriorities } from './vocabulary/file-priority.ts'

/** What a persisted torrent has of its context: what its core has is written with it. `error`: what it says. */
interface Written {
  readonly core: Memory
  readonly error: string | undefined
}

const codec = record<Written>({ core: memoryCodec, error: optional(text) })

/**
 * The persisted snapshots of a torrent: what it is, which pieces it had, its settings, addresses and counters, which peers it bans and what
 * it remembers of others. It is restored without a peer and with nothing under way. What is on disk it does not take for granted: one that
 * ran or was paused begins as at a start, in `checking`, and goes on as before; one without metadata dials at once, and needs its ut_metadata. One that was stopped, or
 * about to be, is `stopped`, one that had failed is `failed`. What a snapshot cannot hold, its core is provided with, or the input has.
 */
export const torrentPersistence: Persistence<TorrentContext, TorrentInput | RestoredInput, TorrentEvent> = {
  living: livingTorrent,
  version: 3,
  write({ core, error }) {
    const held = lookInto(core)
    return held && codec.write({ core: remember(held), error: error?.message })
  },
  restore({ at, begin, context, input, next, resolve, value: { life } }) {
    const { core, error } = codec.read(context, 'context')
    requireSense(core)
    requireSame(core, input)
    const now = input?.at ?? at
    const first = begin({ ...inputOf(core, now), ...input })
    if (life === 'failed') {
      const failed = { ...first.context, standing: life, error: new Error(error ?? 'it had failed') }
      return { ...resolve({ ...first.value, life }, failed), children: first.children }
    }
    const wishes = wishesIn(life)
    return wishes.reduce((snapshot, type) => next(snapshot, { type, at: now }), first)
  },
}

/** What its owner had wished: how it goes on. */
function wishesIn(life: unknown): readonly ('torrent.start' | 'torrent.pause')[] {
  if (life === 'paused') return ['torrent.start', 'torrent.pause']
  if (typeof life !== 'object' || life === null) return []
  if ('checking' in life && life.checking === 'to_pause') return ['torrent.start', 'torrent.pause']
  return ['torrent.start']
}

/** Throws a SnapshotError where an input is of another torrent. */
function requireSame({ infoHash, layout }: Memory, input: Partial<RestoredInput> | undefined): void {
  const { infoHash: hash = infoHash, layout: other = layout } = input ?? {}
  const isSame = other.pieceLength === layout.pieceLength && other.length === layout.length
  if (hash === infoHash && (layout === unknownLayout || isSame)) return
  throw new SnapshotError('mismatched', 'a torrent cannot be restored with this input: it is of another torrent')
}

/** Throws a SnapshotError where facts contradict each other. */
function requireSense({ files, have, layout: { length, pieceCount } }: Memory): void {
  if (files && files.reduce((bytes, file) => bytes + file.length, 0) !== length)
    misfit('context.core.files', `are of other than ${length} bytes`)
  if (files?.some(({ level }) => level >= filePriorities.length)) misfit('context.core.files', 'have no such priority')
  if (have.size !== pieceCount) misfit('context.core.have', `has ${have.size} pieces, and the torrent ${pieceCount}`)
}
