import { describe, test } from 'vitest'
import type { TransportPair, TransportSuite } from '../../testing/transport/suite.ts'
import { transportCases } from '../../testing/transport/transport-cases.ts'

/** The promises of `transport/transport.ts`, for one transport. */
export function testCompliance<Pair extends TransportPair>(name: string, suite: TransportSuite<Pair>): void {
  describe(name, () => {
    for (const { title, run } of transportCases(suite)) test(title, run)
  })
}
