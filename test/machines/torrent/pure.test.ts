import { describe, expect, test } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { plainActionsOf, statesBelow, statesOf, step, textOf, walk } from '../walk.ts'
import { command, events, group, heard, input, machine, type View } from './inert.ts'

const { layout: _, ...magnet } = input

/** Torrents that were not started yet, each with a group of peers, and with a core that receives what is sent to it. */
const stopped = [input, magnet, { ...input, keepsResume: true }].map((given): View => {
  const [first] = initialTransition(machine, given)
  first.context.core.start()
  const [next] = transition(machine, first, { type: 'swarm.group', group, command, isNew: true })
  return next
})

/**
 * What is new of a snapshot that is looked at: a state, how the pieces stand while the torrent is in a state, and what it does where it
 * saves, or has trackers to leave.
 */
function traitsOf({ context: { keepsResume }, value }: View): readonly string[] {
  const { content, life, trackers } = value
  const course = JSON.stringify(typeof life === 'object' && 'active' in life ? life.active.unchoking : life)
  return [
    ...statesOf(value),
    `${course} ${JSON.stringify(content)}`,
    `${course} ${keepsResume}`,
    `${lifeOf(life)} ${trackers}`,
  ]
}

/** Its first word. */
const lifeOf = (life: View['value']['life']): string => (typeof life === 'string' ? life : (Object.keys(life)[0] ?? ''))

/** A snapshot, and what its core has. */
const textOfAll = (view: View): string => textOf([view, []]) + JSON.stringify(view.context.core.getSnapshot().context)

const computed = walk(machine, { from: stopped, events, traitsOf, show: textOfAll })

test('the walk comes through all states of the chart', () => {
  const reached = new Set(computed.flatMap(({ view: { value } }) => statesOf(value)))
  expect([...reached].sort()).toEqual(statesBelow(machine.root).sort())
})

describe('a transition that is computed, and not executed,', () => {
  test('is the same when it is computed again, and changes neither the snapshot nor the core', () => {
    for (const { view, before, followed } of computed) {
      expect(events.map((event) => textOf(step(machine, view, event)))).toEqual(followed)
      expect(textOfAll(view)).toBe(before)
    }
    expect(heard).toEqual([])
  })

  test('leaves to be executed what touches the outside alone: no other action is a plain function', () => {
    expect(plainActionsOf(machine)).toEqual(['refuse'])
  })
})

test('the context is plain data, but for its actors', () => {
  for (const { view } of computed) {
    const { core: _core, storage: _storage, ...plain } = view.context
    expect(structuredClone(plain)).toStrictEqual(plain)
  }
})
