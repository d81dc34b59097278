import { expect, test } from 'vitest'
import { Announcer, letterOf, readLetter } from '../../../simulator/run/announcer.ts'

/** A member that asks, its letters, and what it was answered. */
function asking() {
  const letters: Uint8Array[] = []
  const answers: unknown[] = []
  const announcer = new Announcer((letter) => letters.push(letter))
  const ask = (event: string) =>
    announcer
      .networkAt('10.0.1.1')
      .http({ url: new URL(`http://10.255.255.1/announce?event=${event}`) } as never, (answer) => answers.push(answer))
  return { announcer, letters, answers, ask }
}

test('each question has a number, which its answer is found by, in any order', () => {
  const { announcer, answers, ask, letters } = asking()
  ask('started')
  ask('stopped')
  const questions = letters.map(readLetter)
  expect(questions.map(({ content }) => content[0])).toEqual([0, 1])
  for (const { number } of [...questions].reverse()) announcer.answered(letterOf(number, Uint8Array.of(number)))
  const bodies = questions.map(({ number }) => Uint8Array.of(number)).reverse()
  expect(answers).toEqual(bodies.map((body) => ({ answer: { status: 200, body } })))
})

test('a question that was taken back is not answered, nor is one of a process that was killed', () => {
  const { announcer, answers, ask } = asking()
  ask('started')()
  ask('started')
  announcer.forget()
  for (const number of [0, 1]) announcer.answered(letterOf(number, Uint8Array.of(1)))
  expect(answers).toEqual([])
})
