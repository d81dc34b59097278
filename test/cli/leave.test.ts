import { expect, test } from 'vitest'
import { leaver } from '../../cli/leave.ts'

/** What is done at the end, when these file descriptors were terminals at the start and at the end. */
function ended(before: readonly number[], after: readonly number[]): readonly string[] {
  const done: string[] = []
  let terminals = before
  const leave = leaver({
    isTerminal: (fd) => terminals.includes(fd),
    exit: (code) => void done.push(`exit ${code}`),
    hangUp: () => void done.push('hang up'),
  })
  terminals = after
  leave(129)
  return done
}

test('a process exits with its code while its terminals are there, or when it never had one', () => {
  expect(ended([0, 1, 2], [0, 1, 2])).toEqual(['exit 129'])
  expect(ended([2], [2])).toEqual(['exit 129'])
  expect(ended([], [])).toEqual(['exit 129'])
})

test('a process whose terminal is gone ends by the signal that says so: Node would abort', () => {
  expect(ended([0, 1, 2], [])).toEqual(['hang up'])
  expect(ended([0], [])).toEqual(['hang up'])
})
