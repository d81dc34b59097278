import { messageMax, type Outcome, type SwarmCounts } from '../../transport/tracker/announce.ts'
import { must } from './target.ts'

/** What a scrape has led to: counts, or one short line. */
export function countsMust(outcome: Outcome<SwarmCounts> | undefined): string {
  if (!outcome) return 'waits'
  if ('failure' in outcome) {
    const { fault, message } = outcome.failure
    must(message.length <= messageMax && !/\p{Cc}/u.test(message), 'why not is one short line')
    return fault
  }
  const counts = Object.values(outcome.answer)
  must(
    counts.every((one) => Number.isSafeInteger(one) && one >= 0),
    'its numbers are counts',
  )
  return `${counts.length} counts`
}
