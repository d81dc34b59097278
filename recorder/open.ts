import type { Recorder } from '../actors/recording.ts'
import type { RecorderOptions } from './recorder.ts'
import type { ReplayOptions } from './replay.ts'
import type { RecordReplayed } from './replay-file.ts'

/**
 * Begins a record of connections in a file, to be given to `createTorrent`, `createSession` or `createPeer` as `record`, and to be closed at
 * the end. Of what each connection hears, says and when, everything is written but payload; it can be read up to the last whole
 * line whenever the process ends. Beyond `bytesMax` the older half is given up; the older part lies in `PATH.1`. A record that is there
 * already is moved there. A disk that is too slow delays nobody: what is left out then is said in the record. Throws an Error for a file
 * that is there and is no record, a RangeError for a bound below 1 MiB, and what the system says. Loaded by this call alone.
 */
export async function openRecorder(path: string, options?: RecorderOptions): Promise<Recorder> {
  const { startRecorder } = await import('./recorder.ts')
  return startRecorder(path, options)
}

/**
 * Drives the peer chart with a record, in virtual time, and compares: the states, and what each connection said. The same record
 * gives the same digest. Throws an Error for what is no record, and what the system says. Loaded by this call alone.
 */
export async function replayRecord(path: string, options?: ReplayOptions): Promise<RecordReplayed> {
  const { replayFile } = await import('./replay-file.ts')
  return replayFile(path, options)
}
