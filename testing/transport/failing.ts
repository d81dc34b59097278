import assert from 'node:assert/strict'
import type { TransportEnd } from '../../transport/transport.ts'
import type { ConnectionCase } from './case.ts'
import { noise } from './content.ts'
import type { TransportFailure, TransportPair, TransportSuite } from './suite.ts'

/** What a failure is to its owner: the code, and whether the connection opens before. */
interface Meaning {
  readonly what: string
  readonly code: TransportEnd['code']
  readonly opens: boolean
}

const meanings: Readonly<Record<TransportFailure, Meaning>> = {
  nobodyListens: { what: 'a dial where nobody listens', code: 'refused', opens: false },
  noRoute: { what: 'a dial to where no way leads', code: 'unreachable', opens: false },
  noAnswer: { what: 'a dial that is never answered', code: 'timeout', opens: false },
  resets: { what: 'a connection that the remote resets', code: 'reset', opens: true },
  vanishes: { what: 'a connection whose remote has vanished', code: 'timeout', opens: true },
}

const failures: readonly TransportFailure[] = ['nobodyListens', 'noRoute', 'noAnswer', 'resets', 'vanishes']

/** What fails without a fault of ours, of what the transport can meet. */
export const failing = <Pair extends TransportPair>(
  makers: TransportSuite<Pair>['failures'],
): readonly ConnectionCase<Pair>[] =>
  failures.flatMap((failure) => {
    const make = makers[failure]
    const { what, code, opens } = meanings[failure]
    const withBytes = (byteCountOf: (bigBytes: number) => number, how: string): ConnectionCase<Pair> => ({
      title: `${what} is closed by ${code}, not thrown, with ${how} written`,
      async prove(scene) {
        if (!make) return
        const out = scene.watch(await scene.while(Promise.resolve(make(scene.pair))))
        out.open()
        if (opens) await scene.until(() => out.isOpen)
        out.write(noise(12, byteCountOf(scene.bigBytes)))
        await scene.until(() => out.ended !== undefined)
        assert.deepEqual(out.calls, opens ? ['opened', 'closed'] : ['closed'])
        assert.equal(out.ended?.code, code)
        assert.equal(out.connection.queuedBytes, 0)
      },
    })
    return make ? [withBytes(() => 1, 'one byte'), withBytes((bigBytes) => bigBytes, 'much')] : []
  })
