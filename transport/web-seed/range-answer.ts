import type { WebSeedFailure } from './failure.ts'
import type { RangeHead } from './http.ts'

/**
 * The most bytes of a file that are passed over where a server gives the whole of it instead of the part that was asked for. Our own number:
 * what 20 Mbit/s bring in 100 ms.
 */
export const passedOverMax = 256 * 1024

/** What was asked for: bytes of a file of `length`, from `begin` to before `end`. */
export interface Asked {
  readonly file: number
  readonly begin: number
  readonly end: number
  readonly length: number
}

/** How the body of an answer is to be read: so many bytes stand before what was asked for. Or why it is of no use. */
export type Reading = { readonly passOver: number } | { readonly failure: WebSeedFailure }

const faulty = (message: string, file?: number): Reading => ({
  failure: { fault: 'faulty', message, ...(file !== undefined && { file }) },
})

/** States of HTTP that pass (RFC 9110, RFC 6585): the request timed out, came too early, or was one too many. */
const passing: readonly number[] = [408, 425, 429]

/** States that are about the file that was asked for, as anacrolix has it: others may be there. */
const ofFile: readonly number[] = [403, 404, 410, 451]

/** Judges an answer by what stands above its body. A redirect is no answer. */
export function judge(head: RangeHead, asked: Asked): Reading {
  const { contentEncoding = 'identity', status } = head
  if (status >= 500 || passing.includes(status)) {
    const retryAfterMs = retryAfterOf(head)
    const message = `it answers with HTTP status ${status}`
    return { failure: { fault: 'busy', message, ...(retryAfterMs !== undefined && { retryAfterMs }) } }
  }
  const { begin, end, file } = asked
  if (status === 416) return faulty(`it has no bytes ${begin} to ${end - 1} of the file`, file)
  if (status >= 400) {
    const failure = { fault: 'refused', message: `it answers with HTTP status ${status}` } as const
    return { failure: { ...failure, ...(ofFile.includes(status) && { file }) } }
  }
  if (status !== 200 && status !== 206) return faulty(`it answers with HTTP status ${status}`)
  if (!/^identity$/i.test(contentEncoding)) return faulty(`it encodes the file as ${contentEncoding.slice(0, 20)}`)
  return status === 206 ? judgePart(head, asked) : judgeWhole(head, asked)
}

function judgePart({ contentLength, contentRange = '' }: RangeHead, { begin, end, file, length }: Asked): Reading {
  const [, first, last, total] = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(contentRange.trim()) ?? []
  if (first === undefined) return faulty('it gives a part of the file, and does not say which')
  if (total !== '*' && Number(total) !== length) return faulty(wrongLength(total, length), file)
  if (Number(first) !== begin || Number(last) !== end - 1) return faulty('it gives another part of the file')
  if (contentLength !== undefined && Number(contentLength) !== end - begin) {
    return faulty('it gives a part of another length than it says')
  }
  return { passOver: 0 }
}

function judgeWhole({ contentLength }: RangeHead, { begin, file, length }: Asked): Reading {
  if (contentLength !== undefined && Number(contentLength) !== length)
    return faulty(wrongLength(contentLength, length), file)
  if (begin > passedOverMax) return faulty('it gives whole files alone, no parts of them')
  return { passOver: begin }
}

const wrongLength = (there: string | undefined, length: number): string =>
  `the file has ${there?.slice(0, 16)} bytes there, not ${length}`

/** Seconds, or a date, which is compared with the server's own clock (RFC 9110, section 10.2.3). */
function retryAfterOf({ date = '', retryAfter = '' }: RangeHead): number | undefined {
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000
  const ms = Date.parse(retryAfter) - Date.parse(date)
  return ms >= 0 ? ms : undefined
}
