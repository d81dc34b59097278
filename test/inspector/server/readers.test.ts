import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Readers } from '../../../inspector/server/readers.ts'

/** An answer whose socket is full when the test says so. */
class Answer extends ServerResponse {
  readonly frames: string[] = []
  isFull = false

  constructor() {
    super(new IncomingMessage(new Socket()))
  }

  override write(frame: string): boolean {
    this.frames.push(frame)
    return !this.isFull
  }
}

function reading() {
  const clock = { at: 0 }
  let made = 0
  const readers = new Readers({ first: () => ({ now: -++made }), now: () => clock.at })
  const answer = new Answer()
  readers.add(answer)
  /** The times that each frame tells of; negative ones tell all there is. */
  const times = (of = answer) => of.frames.map((frame) => JSON.parse(frame.slice(6)).now)
  const turn = (at: number, now?: number) => {
    clock.at = at
    readers.tell(now === undefined ? undefined : { now })
  }
  return { answer, readers, times, turn, made: () => made }
}

test('a page that was left out is told all there is when it has read, once in two seconds at most', () => {
  const { answer, times, turn } = reading()
  turn(200, 1)
  answer.isFull = true
  turn(400, 2)
  turn(600, 3)
  turn(1_000, 4)
  answer.emit('drain')
  turn(1_800)
  expect(times()).toEqual([-1, 1, 2])
  turn(2_000, 5)
  expect(times()).toEqual([-1, 1, 2, -2])
  answer.emit('drain')
  answer.isFull = false
  turn(2_200, 6)
  expect(times()).toEqual([-1, 1, 2, -2, 6])
})

test('a page that has read before anything was left out goes on', () => {
  const { answer, times, turn } = reading()
  answer.isFull = true
  turn(200, 1)
  turn(400)
  answer.emit('drain')
  turn(600, 2)
  expect(times()).toEqual([-1, 1, 2])
})

test('a page that has not read for thirty seconds is cut', () => {
  const { answer, turn } = reading()
  answer.isFull = true
  turn(0, 1)
  turn(30_000, 2)
  expect(answer.destroyed).toBe(false)
  turn(30_001)
  expect(answer.destroyed).toBe(true)
})

test('pages that come at once are told the same, which is made once a turn', () => {
  const { made, readers, turn } = reading()
  for (let nth = 0; nth < 10; nth++) readers.add(new Answer())
  expect(made()).toBe(1)
  turn(200)
  readers.add(new Answer())
  expect([made(), readers.reading, readers.open]).toEqual([2, 12, 12])
})
