import { backPressure } from './back-pressure.ts'
import { type ConnectionCase, inScene } from './case.ts'
import { destroying } from './destroying.ts'
import { ending } from './ending.ts'
import { failing } from './failing.ts'
import { listening } from './listening.ts'
import { opening } from './opening.ts'
import type { TransportPair, TransportSuite } from './suite.ts'
import type { TestCase } from './test-case.ts'

/** The promises of `Transport`, `Connection` and `ListenerHandle`, a case each, for one transport. */
export function transportCases<Pair extends TransportPair>(suite: TransportSuite<Pair>): readonly TestCase[] {
  const cases: readonly ConnectionCase<Pair>[] = [
    ...opening,
    ...backPressure,
    ...ending,
    ...destroying,
    ...failing(suite.failures),
    ...listening,
  ]
  return cases.map(({ title, prove }) => ({ title, run: () => inScene(suite, prove) }))
}
