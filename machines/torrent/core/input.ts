import type { Extension } from '../../extensions/extension.ts'
import { SnapshotError } from '../../persistence/snapshot-error.ts'
import type { AnnouncingInput } from '../announcing/slice.ts'
import type { ChokingInput } from '../choking/slice.ts'
import type { ConnectionsInput } from '../connections/slice.ts'
import type { ContentInput } from '../content/slice.ts'
import type { PeersInput } from '../peers/slice.ts'
import type { ResumeInput } from '../resume/slice.ts'
import type { ExtensionsInput } from '../running-extensions/slice.ts'
import type { SearchingInput } from '../searching/slice.ts'
import type { TrustInput } from '../trust/slice.ts'
import type { UploadInput } from '../upload/slice.ts'
import type { WebSeedsInput } from '../web-seeds/slice.ts'

/** What a torrent needs and no snapshot holds. */
export interface Equipment {
  /** At least 0, below 1. */
  readonly random: () => number
  /** The digest of its argument, 20 bytes. */
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  /** Extensions that there are for a torrent, of which one that is restored runs those that it ran. */
  extensionsFor(facts: TorrentFacts): readonly Extension[]
}

/** What a torrent is made from, but for its equipment. */
export interface TorrentFacts
  extends PeersInput,
    ContentInput,
    TrustInput,
    ChokingInput,
    ConnectionsInput,
    Omit<UploadInput, 'sha1'>,
    AnnouncingInput,
    WebSeedsInput,
    SearchingInput,
    ResumeInput {
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
}

/** What a torrent is made from. */
export interface TorrentInput extends TorrentFacts, Omit<Equipment, 'extensionsFor'>, ExtensionsInput {}

/** What a torrent is made from that is restored: what equipment it is not given, its core is provided with. */
export interface RestoredInput extends TorrentFacts, Partial<Omit<Equipment, 'extensionsFor'>>, ExtensionsInput {
  /** The names of the extensions that it ran. */
  readonly runs: readonly string[]
}

/** With its equipment. Throws a SnapshotError where a torrent that is restored lacks some. */
export function equipped(input: TorrentInput | RestoredInput, provided: Partial<Equipment>): TorrentInput {
  if (!isRestored(input)) return input
  const { extensions = provided.extensionsFor?.(input) ?? [], random = provided.random, sha1 = provided.sha1 } = input
  const byName = new Map(extensions.map((extension) => [extension.name, extension]))
  const unknown = input.runs.filter((name) => !byName.has(name)).map((name) => `the extension ${name}`)
  if (!random || !sha1 || unknown.length > 0) {
    const missing = [...(random ? [] : ['random']), ...(sha1 ? [] : ['sha1']), ...unknown]
    throw new SnapshotError(
      'incomplete',
      `a torrent cannot be restored without ${missing.join(', ')}: use provideTorrent, or give its input`,
    )
  }
  return { ...input, random, sha1, extensions: input.runs.flatMap((name) => byName.get(name) ?? []) }
}

const isRestored = (input: TorrentInput | RestoredInput): input is RestoredInput => 'runs' in input
