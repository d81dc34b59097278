/** The client has broken the rule; the message says how. */
export class Broken extends Error {}

/** The rule could not be tested on this client; the message says why. */
export class NotSupported extends Error {}

/** No connection to the client stands; the message says why. */
export class Unreachable extends NotSupported {}

/** How a case ended. */
export type Verdict = 'pass' | 'fail' | 'not_supported'
