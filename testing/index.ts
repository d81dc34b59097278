// What tests of your own need: the package's entry `peerchart/testing`.

export type { TransportFailure, TransportPair, TransportSuite } from './transport/suite.ts'
export type { TestCase } from './transport/test-case.ts'
export { transportCases } from './transport/transport-cases.ts'
