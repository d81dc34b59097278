import { randomBytes } from 'node:crypto'
import type { Result } from '../../conformance/run.ts'
import type { Dialled } from '../../conformance/scene.ts'
import { type Address, formatAddress, PieceStorage, tcpTransport } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Context } from '../context/context.ts'
import { exitCodes, Failure, TellingEnd, untilAborted } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { readTorrentFile } from '../torrent/torrent-file.ts'
import { recordPath, writeCaseRecords } from './case-records.ts'

/** In seconds: how long a pipe may bring nothing. */
const pipeSeconds = 60

/** The options of `conformance`. */
export interface ConformanceOptions {
  readonly torrent: string
  /** Absent: nothing is served to the client. */
  readonly data?: string
  /** A folder. Absent: no case is recorded. */
  readonly record?: string
}

/**
 * `peerchart conformance`: tests the client that listens at an address, and tells each case. Exit code 1 when it breaks a rule. Throws a
 * Failure when it cannot be tested at all.
 */
export async function conformance(address: Address, options: ConformanceOptions, context: Context): Promise<void> {
  const { api, clock, output, signal } = context
  const metainfo = await readTorrentFile(options.torrent, pipeSeconds, context)
  const storage = options.data === undefined ? undefined : await opened(metainfo, options.data, context)
  try {
    const testing = api.testClient(
      {
        metainfo,
        clock,
        randomBytes,
        dial: dialler(address),
        data: storage && ((index, begin, length) => storage.read(index, begin, length)),
      },
      { signal, told: (result) => output.event(checkOf(result, options.record)) },
    )
    const unreachable = testing.catch((error: unknown) => {
      if (signal.aborted) throw error
      throw new Failure(`${formatAddress(address)} cannot be tested: ${explainError(error)}`)
    })
    const results = await untilAborted(unreachable, signal)
    if (options.record !== undefined) await writeCaseRecords(results, { folder: options.record, metainfo }, context)
    tell(results, context)
  } finally {
    await storage?.close()
  }
}

function tell(results: readonly Result[], { output }: Context): void {
  const count = (verdict: Result['verdict']) => results.filter((one) => one.verdict === verdict).length
  const passed = told('pass')
  output.close()
  output.table({
    head: ['case', 'BEP', 'verdict', 'detail'],
    rows: results.map(({ name, bep, verdict, detail }) => [name, String(bep), told(verdict), detail]),
    dispensable: ['detail'],
    keeps: ([, , verdict]) => verdict !== passed,
    notes: results.filter(({ verdict }) => verdict === 'fail').map(({ name, detail }) => `${name} fails: ${detail}`),
  })
  const failed = count('fail')
  output.event({ event: 'conformance', passed: count('pass'), failed, notSupported: count('not_supported') })
  if (failed > 0) throw new TellingEnd(exitCodes.failure)
}

/** A verdict for people. */
const told = (verdict: Result['verdict']): string => verdict.replace('_', ' ')

const checkOf = ({ name, bep, rule, verdict, detail, transcript }: Result, folder: string | undefined) => ({
  event: 'check' as const,
  name,
  bep,
  verdict,
  detail,
  rule,
  ...(verdict === 'fail' && { transcript: transcript.lines() }),
  ...(verdict === 'fail' && folder !== undefined && { record: recordPath(folder, { name }) }),
})

/** The data to serve, all of which has to be right. */
async function opened(metainfo: Metainfo, folder: string, { api, signal }: Context): Promise<PieceStorage> {
  const storage = new PieceStorage(
    await untilAborted(api.openFileStore(metainfo, folder, { readOnly: true }), signal),
    metainfo,
  )
  const ignore = () => {}
  const have = await untilAborted(
    storage.check(ignore, signal, () => undefined, ignore),
    signal,
  )
  const missing = Array.from({ length: storage.pieceCount }, (_, index) => index).filter(
    (index) => ((have[index >> 3] ?? 0) & (0x80 >> (index & 7))) === 0,
  )
  if (missing.length === 0) return storage
  await storage.close()
  throw new Failure(`${missing.length} of ${storage.pieceCount} pieces do not verify in ${folder}`)
}

/** Systems on which every address of 127.0.0.0/8 can be dialled from. */
const wholeLoopback: readonly string[] = ['linux', 'win32']

/**
 * Dials. On loopback each time from another address, so that a client that bans the address of one case takes the next: clients ban by IP
 * address.
 */
function dialler(address: Address): () => Dialled {
  const isLoopback = /^127\./.test(address.host) && wholeLoopback.includes(process.platform)
  let dials = 0
  return () => {
    const nth = dials++
    const host = isLoopback ? `127.83.${(nth >> 7) & 255}.${(nth & 127) + 1}` : undefined
    return { connection: tcpTransport(host === undefined ? {} : { localAddress: host }).dial(address), host }
  }
}
