import { randomBytes } from 'node:crypto'
import { rename, rm, stat } from 'node:fs/promises'
import type { Recorder } from '../actors/recording.ts'
import { keepAddresses, replaceAddresses } from './privacy.ts'
import { readHeader } from './record-file.ts'
import { recording } from './recording.ts'
import { olderPath, openRingFile, type RingFileOptions } from './ring-file.ts'

/** What `openRecorder` may be given. */
export interface RecorderOptions {
  /** Addresses and peer ids are written as they are. Default false: others stand in their place. */
  readonly keepAddresses?: boolean
  /** Payload is written too, of blocks and of metadata. Default false: its length alone. */
  readonly payloads?: boolean
  /**
   * Of the record, in bytes, from 1 MiB. When it is reached, the older half is given up, and with it the beginning of the connections that
   * began there; an event that is longer than a quarter of it may not be recorded, and what follows it on that connection. Default 64 MiB: a download of 1 GiB takes about 7 with pieces of 256 KiB.
   */
  readonly bytesMax?: number
  /** The record cannot be written any more, as when the disk is full. Default: nobody is told. */
  readonly failed?: (error: Error) => void
}

const mebibyte = 1024 * 1024

/** See `openRecorder` in `open.ts`. */
export async function startRecorder(path: string, options: RecorderOptions = {}): Promise<Recorder> {
  const { keepAddresses: keeps = false, payloads = false, bytesMax = 64 * mebibyte, failed = () => {} } = options
  if (!(Number.isSafeInteger(bytesMax) && bytesMax >= mebibyte)) {
    throw new RangeError(`a record has at least ${mebibyte} bytes, not ${bytesMax}`)
  }
  await setAside(path)
  let headOf: RingFileOptions['head'] = () => ''
  const privacy = keeps ? keepAddresses : replaceAddresses(randomBytes(32))
  const made = recording({
    manner: { privacy, payloads },
    id: randomBytes(8).toString('hex'),
    seed: () => randomBytes(4).readUInt32LE(),
    time: () => new Date().toISOString(),
    sink: (head) => {
      headOf = head
      return {
        write: (line) => ring.write(line),
        get isOver() {
          return ring.isOver
        },
        close: () => ring.close(),
      }
    },
  })
  const ring = await openRingFile({ path, bytesMax, head: (segment, most) => headOf(segment, most), failed })
  return made
}

/** A record that is there becomes the older part, of another record: a second start does not take away why there was one. */
async function setAside(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return
  if (!found.isFile()) throw new Error(`${path} is no file`)
  if (found.size === 0) return rm(path)
  await requireRecord(path)
  const older = olderPath(path)
  if (await stat(older).catch(() => undefined)) await requireRecord(older)
  await rename(path, older)
}

async function requireRecord(path: string): Promise<void> {
  if (!(await readHeader(path))) throw new Error(`${path} is there already, and is no record`)
}
