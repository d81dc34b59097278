import { Remote } from '../../conformance/remote.ts'
import { Transcript } from '../../conformance/transcript.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection, ConnectionHandler } from '../../transport/transport.ts'
import { decodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { portionsOf } from '../engine/portions.ts'
import { must, type Target } from '../engine/target.ts'
import { handshakeSeed, messageSeeds } from '../engine/wire-seeds.ts'

/** What the client under test says to the conformance suite: everything is noted, in bounded memory, and nothing is thrown. */
export const target: Target = {
  covers: ['conformance/remote.ts', 'conformance/transcript.ts'],
  bytesMax: 8_192,
  words: [handshakeSeed, ...[0, 1, 5, 6, 7, 9, 16, 20].map((id) => Uint8Array.of(0, 0, 0, 1, id))],
  seeds: () => ({ all: Buffer.concat([handshakeSeed, messageSeeds().all ?? handshakeSeed]), none: handshakeSeed }),
  async run(input) {
    let handler: ConnectionHandler | undefined
    let isDestroyed = false
    const connection: Connection = {
      kind: 'memory',
      direction: 'out',
      remote: { host: '192.0.2.1', port: 6881 },
      queuedBytes: 0,
      open: (given) => {
        handler = given
      },
      write: () => true,
      pause: () => {},
      resume: () => {},
      readAtMost: () => {},
      end: () => {},
      destroy: () => {
        isDestroyed = true
      },
    }
    const transcript = new Transcript()
    const clock = new SimulatedClock()
    const remote = new Remote(connection, { clock, transcript })
    const isOpen = remote.open()
    handler?.opened()
    must(await isOpen, 'it is open')
    for (const portion of portionsOf(input)) if (portion.length > 0 && !isDestroyed) handler?.data(portion)
    handler?.closed({ code: 'end' })
    must(
      transcript.lines().every((line) => line.length < 20_000),
      'its lines are bounded',
    )
    for (const message of remote.heard)
      if (message.name === 'extended' && message.id === 0) decodeExtendedHandshake(message.payload)
    must(clock.pending === 0, 'no wait is left')
    return `${remote.handshake !== undefined} ${remote.violation === undefined} ${remote.heard.length > 0}`
  },
}
