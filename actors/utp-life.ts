import { createActor, type SnapshotFrom } from 'xstate'
import { utpConnectionMachine } from '../machines/utp-connection/utp-connection.ts'
import type { UtpLife, UtpLifeEvent } from '../transport/utp/life.ts'

/** The life of a new uTP connection, as an actor of its chart. */
export function createUtpLife(): UtpLife {
  const actor = createActor(utpConnectionMachine).start()
  let standing = standingOf(actor.getSnapshot())
  return {
    get stage() {
      return standing.stage
    },
    get ours() {
      return standing.ours
    },
    get theirs() {
      return standing.theirs
    },
    send(event: UtpLifeEvent) {
      // XState warns of events to an actor that has ended.
      if (actor.getSnapshot().status !== 'active') return
      actor.send(event)
      standing = standingOf(actor.getSnapshot())
    },
  }
}

/** A stream asks for every packet, so what the chart says is read once for each event. */
function standingOf({ value }: SnapshotFrom<typeof utpConnectionMachine>): Pick<UtpLife, 'stage' | 'ours' | 'theirs'> {
  if (typeof value !== 'string') return { stage: 'connected', ...value.connected }
  return value === 'lingering'
    ? { stage: value, ours: 'fin_acknowledged', theirs: 'fin_received' }
    : { stage: value, ours: 'open', theirs: 'open' }
}
