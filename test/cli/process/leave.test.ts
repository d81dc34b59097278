import { describe, expect, test } from 'vitest'
import { answerMs, leaver, leaveWhenPrinted } from '../../../cli/process/leave.ts'

interface Circumstances {
  /** The file descriptors that are terminals, at the start and at the end. */
  readonly before?: readonly number[]
  readonly after?: readonly number[]
  /** Whether the system owes an answer, when asked for the first time, the second and so on. */
  readonly waiting?: readonly boolean[]
  readonly code?: number
}

/** What is done at the end. */
function ended({ before = [], after = before, waiting = [], code = 129 }: Circumstances): readonly string[] {
  const done: string[] = []
  const answers = [...waiting]
  let terminals = before
  const leave = leaver({
    isTerminal: (fd) => terminals.includes(fd),
    isWaiting: () => answers.shift() ?? false,
    later: (run, ms) => {
      done.push(`wait ${ms}`)
      run()
    },
    exit: (exitCode) => void done.push(`exit ${exitCode}`),
    end: (signal) => void done.push(signal),
  })
  terminals = after
  leave(code)
  return done
}

test('a process exits with its code while its terminals are there, or when it never had one', () => {
  expect(ended({ before: [0, 1, 2] })).toEqual(['exit 129'])
  expect(ended({ before: [2] })).toEqual(['exit 129'])
  expect(ended({})).toEqual(['exit 129'])
})

test('a process whose terminal is gone ends by the signal that says so: Node would abort', () => {
  expect(ended({ before: [0, 1, 2], after: [] })).toEqual(['SIGHUP'])
  expect(ended({ before: [0], after: [], code: 130 })).toEqual(['SIGHUP'])
})

test.each([
  [130, 'SIGINT'],
  [143, 'SIGTERM'],
  [129, 'SIGHUP'],
])(
  'after a signal with code %i, a system that does not answer is not waited for: %s ends the process',
  (code, signal) => {
    expect(ended({ code, waiting: [true, true] })).toEqual([`wait ${answerMs}`, signal])
    expect(ended({ code, waiting: [true, false] })).toEqual([`wait ${answerMs}`, `exit ${code}`])
  },
)

test('without a signal a process exits with its code, which no signal could tell', () => {
  expect(ended({ code: 1, waiting: [true, true] })).toEqual(['exit 1'])
})

describe('what was printed is on its way before a process ends', () => {
  const circumstances = (code: number) => {
    const waiting: { flushed?: () => void; later?: () => void } = {}
    const left: number[] = []
    leaveWhenPrinted(code, {
      flush: (done) => {
        waiting.flushed = done
      },
      later: (run, ms) => {
        expect(ms).toBe(answerMs)
        waiting.later = run
      },
      leave: (exitCode) => void left.push(exitCode),
    })
    return { waiting, left }
  }

  test('also when its reader takes its time', () => {
    const { waiting, left } = circumstances(1)
    expect(waiting.later).toBeUndefined()
    expect(left).toEqual([])
    waiting.flushed?.()
    expect(left).toEqual([1])
  })

  test('but after a signal a reader that hangs is not waited for, and the end comes once', () => {
    const { waiting, left } = circumstances(130)
    expect(left).toEqual([])
    waiting.later?.()
    waiting.flushed?.()
    expect(left).toEqual([130])
  })
})
