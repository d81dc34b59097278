import { failed } from './announce.ts'

/** What the system says, in words; others say it themselves. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it ended the connection',
  EAI_AGAIN: 'its name cannot be looked up',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ENOTFOUND: 'its name is not known',
  ETIMEDOUT: 'it does not answer',
}

/** Nobody can be asked, as an error of Node says. */
export function unreachable(error: Error): ReturnType<typeof failed> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return failed('unreachable', words[code] ?? error.message)
}
