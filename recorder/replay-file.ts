import { type Extent, readRecord } from './record-file.ts'
import { Replay, type Replayed, type ReplayOptions } from './replay.ts'

/** What came of the replay of a file. */
export interface RecordReplayed extends Replayed, Extent {}

/** See `replayRecord` in `open.ts`. */
export async function replayFile(path: string, options?: ReplayOptions): Promise<RecordReplayed> {
  const replay = new Replay(options)
  const extent = await readRecord(path, (entry) => replay.take(entry))
  return { ...replay.replayed, ...extent }
}
