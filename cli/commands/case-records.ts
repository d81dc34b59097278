import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../conformance/run.ts'
import type { Carried } from '../../conformance/transcript.ts'
import { createPeer, type Recorder, SimulatedClock } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Context } from '../context/context.ts'
import { Failure } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'

/** In milliseconds: so long a connection stands behind the last bytes of it. */
const restMs = 5_000

/** Where the record of a case that failed lies. */
export const recordPath = (folder: string, { name }: Pick<Result, 'name'>): string => join(folder, `${name}.record`)

/**
 * Writes a record for `replay` of each case that failed. Each connection of the case is two there: what was sent to the client, as a peer of
 * ours takes it in the client's place, and what the client sent, as a peer of ours takes that. Throws a Failure when one cannot be written.
 */
export async function writeCaseRecords(
  results: readonly Result[],
  { folder, metainfo }: { readonly folder: string; readonly metainfo: Metainfo },
  { api }: Pick<Context, 'api'>,
): Promise<void> {
  for (const result of results) {
    if (result.verdict !== 'fail') continue
    const path = recordPath(folder, result)
    try {
      await mkdir(folder, { recursive: true })
      const record = await api.openRecorder(path)
      const { carried } = result.transcript
      const numbers = new Set(carried.map(({ connection }) => connection))
      for (const number of numbers) {
        const own = carried.filter(({ connection }) => connection === number)
        for (const by of ['us', 'client'] as const)
          retell(
            own.filter((one) => one.by === by),
            { direction: by === 'us' ? 'in' : 'out', metainfo, record },
          )
      }
      await record.close()
    } catch (error) {
      throw new Failure(`cannot record to ${path}: ${explainError(error)}`)
    }
  }
}

interface Retelling {
  /** Of the connection, for the side that takes the bytes. */
  readonly direction: 'in' | 'out'
  readonly metainfo: Metainfo
  readonly record: Recorder
}

/** Lets a peer take what one side sent, at the times at which it did. */
function retell(carried: readonly Carried[], { direction, metainfo, record }: Retelling): void {
  const clock = new SimulatedClock()
  clock.advance(Math.max(0, carried[0]?.at ?? 0))
  const { infoHash, pieceLength, length, pieceHashes } = metainfo
  const everything = new Uint8Array(Math.ceil(pieceHashes.length / 20 / 8)).fill(0xff)
  const spare = everything.length * 8 - pieceHashes.length / 20
  everything[everything.length - 1] = 0xff << spare
  const to = { remote: { host: '127.0.0.1', port: 6881 }, direction, write: () => {} }
  const have = direction === 'in' ? { have: everything } : {}
  const peer = createPeer({ infoHash, pieceLength, length, ...have, clock, encryption: 'none', record, to })
  for (const { at, bytes } of carried) {
    clock.advance(Math.max(0, at - clock.now()))
    peer.onData(bytes)
  }
  clock.advance(restMs)
  peer.disconnected()
}
