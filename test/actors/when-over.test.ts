import { expect, test } from 'vitest'
import { createActor, setup } from 'xstate'
import { whenOver } from '../../actors/when-over.ts'
import { uncaughtIn } from '../uncaught.ts'

const defect = new Error('a defect')

const machine = setup({
  types: { events: {} as { type: 'end' | 'break' } },
  actions: {
    break: () => {
      throw defect
    },
  },
}).createMachine({
  initial: 'running',
  states: { running: { on: { end: 'over', break: { actions: 'break' } } }, over: { type: 'final' } },
})

test.each(['end', 'stop'] as const)('it is told once of an actor that has ended: %s', (how) => {
  const actor = createActor(machine)
  let times = 0
  whenOver(actor, () => times++)
  actor.start()
  expect(times).toBe(0)
  if (how === 'end') actor.send({ type: 'end' })
  else actor.stop()
  expect(times).toBe(1)
})

test('it is told of an actor whose code threw, and the error is not kept quiet', async () => {
  let times = 0
  const uncaught = await uncaughtIn(() => {
    const actor = createActor(machine)
    whenOver(actor, () => times++)
    actor.start()
    actor.send({ type: 'break' })
  })
  expect(times).toBe(1)
  expect(uncaught).toContain(defect)
})
