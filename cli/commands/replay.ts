import { formatAddress } from '../../index.ts'
import type { Context } from '../context/context.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { type Inspect, inspecting } from '../torrent/inspecting.ts'

/** The options of `replay`. */
export interface ReplayCommandOptions {
  /** A port, true for any. */
  readonly inspect?: number | true
}

/** Of the history that the page can show, in bytes: records of most downloads fit whole. */
const historyBytes = 128 * 1024 * 1024

/**
 * `peerchart replay`: drives the peer chart with a record, and tells how each connection ended. A divergence is a Failure. With the
 * inspector's page it does not return until it is interrupted.
 */
export async function replay(file: string, options: ReplayCommandOptions, context: Context): Promise<void> {
  await inspecting({ port: options.inspect, historyBytes }, context, async (inspect, page) => {
    const difference = await tell(file, inspect, context)
    // How it ends says whether the code differs, also when it ends by Ctrl-C.
    await page?.kept().catch((interruption: unknown) => {
      if (difference === undefined) throw interruption
    })
    if (difference !== undefined) throw new Failure(difference)
  })
}

/** Replays it, and prints what came of it. Answers where the code differs first. */
async function tell(
  file: string,
  inspect: Inspect | undefined,
  { api, output, signal }: Context,
): Promise<string | undefined> {
  const replaying = api.replayRecord(file, inspect && { inspect }).catch((error: unknown) => {
    throw new Failure(`cannot replay ${file}: ${explainError(error)}`)
  })
  const { connections, events, digest, divergences, unrecorded, cut, lacksBeginning } = await untilAborted(
    replaying,
    signal,
  )
  const warn = (message: string) => output.event({ event: 'warning', message })
  if (lacksBeginning) warn('the record lacks its beginning, as it outgrew its limit')
  if (cut) warn(`${cut.path} ends ${cut.why === 'cut' ? 'within a line' : 'with what is no line'}, at byte ${cut.at}`)
  if (unrecorded > 0) {
    warn(`${unrecorded} connections cannot be replayed: the disk was too slow, or they were restored from a snapshot`)
  }
  if (connections.length === 0 && unrecorded === 0 && !lacksBeginning && !cut) {
    warn(
      'the record has no connection: none stood while it was written, or, of a case of conformance, nothing was sent but a negotiation of encryption, which is left out',
    )
  }
  for (const { connection, remote, events: own, state, reason, incomplete } of connections) {
    output.event({
      event: 'connection',
      connection,
      address: formatAddress(remote),
      direction: remote.direction,
      events: own,
      state,
      ...(reason !== undefined && { reason }),
      ...(incomplete && { incomplete }),
    })
  }
  for (const { connection, event: number, type, recorded, now } of divergences)
    output.event({ event: 'diverged', connection, number, type, recorded, now })
  output.event({ event: 'replayed', connections: connections.length, events, digest })
  const [first] = divergences
  return (
    first &&
    `the code differs from what was recorded: connection ${first.connection} at its event ${first.event}, ${first.type}`
  )
}
