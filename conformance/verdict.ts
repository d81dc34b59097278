/** The client has broken the rule; the message says how. */
export class Broken extends Error {}

/** The rule could not be tested on this client; the message says why. */
export class NotSupported extends Error {}

/** How a case ended. */
export type Verdict = 'pass' | 'fail' | 'not_supported'
