import { formatAddress } from '../../index.ts'
import type { Context } from '../context/context.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'

/** `peerchart replay`: drives the peer chart with a record, and tells how each connection ended. A divergence is a Failure. */
export async function replay(file: string, { api, output, signal }: Context): Promise<void> {
  const replaying = api.replayRecord(file).catch((error: unknown) => {
    throw new Failure(`cannot replay ${file}: ${explainError(error)}`)
  })
  const { connections, events, digest, divergences, unrecorded, cut, lacksBeginning } = await untilAborted(
    replaying,
    signal,
  )
  const warn = (message: string) => output.event({ event: 'warning', message })
  if (lacksBeginning) warn('the record lacks its beginning, as it outgrew its limit')
  if (cut) warn(`${cut.path} ends ${cut.why === 'cut' ? 'within a line' : 'with what is no line'}, at byte ${cut.at}`)
  if (unrecorded > 0) warn(`nothing was recorded of ${unrecorded} connections: the disk was too slow`)
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
  if (first) {
    const { connection, event, type } = first
    throw new Failure(
      `the code differs from what was recorded: connection ${connection} at its event ${event}, ${type}`,
    )
  }
}
