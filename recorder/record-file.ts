import { createReadStream } from 'node:fs'
import { type Entry, type Header, isEntry, recordVersion } from './entries.ts'
import { type Cut, jsonIn, LineReader } from './lines.ts'
import { olderPath } from './ring-file.ts'

/** A first line is no longer: connections that go on have lines of their own. */
const headerBytesMax = 4_096

/** The first line of a file; undefined when it is none of a record, or there is no file. */
export async function readHeader(path: string): Promise<Header | undefined> {
  try {
    for await (const chunk of createReadStream(path, { end: headerBytesMax - 1, highWaterMark: headerBytesMax })) {
      const [line = ''] = String(chunk).split('\n', 1)
      const header = jsonIn(line)
      return isEntry(header) && 'record' in header ? header : undefined
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')))
      throw error
  }
  return undefined
}

/** How far a record was read. */
export interface Extent {
  /** The file that ended before its end, and where. */
  readonly cut?: Cut & { readonly path: string }
  /** Earlier files of the record are gone, as when it outgrew its bound, or were not found. */
  readonly lacksBeginning: boolean
}

/**
 * Reads a record, the older of its files first, where that is beside the other. Throws an Error for what is no record, and what the
 * system says.
 */
export async function readRecord(path: string, take: (entry: Entry) => void): Promise<Extent> {
  const newer = await readHeader(path)
  const older = await readHeader(olderPath(path))
  const isBefore = older && (!newer || (older.id === newer.id && older.segment === newer.segment - 1))
  const files = [...(isBefore ? [olderPath(path)] : []), ...(newer ? [path] : [])]
  const first = isBefore ? older : newer
  if (!first) throw new Error(`${path} is no record of peerchart`)
  if (first.version > recordVersion) {
    throw new Error(`${path} is a record of a later version, made by ${first.by}: replay it with that`)
  }
  let cut: Extent['cut']
  for (const file of files) {
    const reader = new LineReader()
    for await (const chunk of createReadStream(file)) {
      for (const line of reader.push(chunk as Uint8Array)) if (isEntry(line)) take(line)
    }
    if (reader.cut) cut ??= { ...reader.cut, path: file }
  }
  return { ...(cut && { cut }), lacksBeginning: first.segment > 0 }
}
