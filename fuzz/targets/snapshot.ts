import { createActor, fromCallback } from 'xstate'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { SnapshotError } from '../../machines/persistence/snapshot-error.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { recordedPeer } from '../engine/recorded.ts'
import { must, type Target } from '../engine/target.ts'

const machine = peerMachine.provide({
  actors: { transport: fromCallback(() => undefined) },
  actions: { startTimer: () => {}, cancelTimer: () => {} },
})

/** The snapshot of a peer, as a program has kept it in a file: it is restored, or refused by a SnapshotError; restored it can be kept again. */
export const target: Target = {
  covers: ['machines/persistence', 'machines/peer/persistence'],
  bytesMax: 64 * 1024,
  msMax: 1_000,
  words: [
    '{',
    '}',
    '[',
    ']',
    ',',
    'null',
    'true',
    '0',
    '-1',
    '1e9',
    '1.5',
    '"',
    '"version":3',
    '"value":',
    '"context":',
    '"layout":',
    '"pieces":',
    '"have":',
    '"link":',
    '"address":',
    '"handshake":"open"',
    '"handshake":"closed"',
    '"__proto__":',
    '"in"',
    '"out"',
    '{"a":',
  ],
  seeds: () => ({ peer: recordedPeer().snapshot }),
  run(input) {
    const snapshot = parsed(input)
    if (snapshot === undefined) return 'no JSON'
    const actor = createActor(machine, {
      snapshot: snapshot as never,
      input: undefined as never,
      clock: new SimulatedClock(),
    })
    actor.subscribe({ error: () => {} })
    actor.start()
    const { error, status } = actor.getSnapshot()
    if (status === 'error') {
      if (!(error instanceof SnapshotError)) throw error
      return error.refusal
    }
    must(JSON.stringify(actor.getPersistedSnapshot()) !== '', 'it can be kept again')
    actor.stop()
    return status
  },
}

function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(input).toString())
  } catch {
    return undefined
  }
}
