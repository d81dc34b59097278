import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { drawMachine } from '../../diagram/diagram.ts'
import { toyPeer } from './toy-peer.ts'

const toy = setup({ types: { events: {} as { type: string } }, actions: { note: () => {} } })

describe('drawMachine to mermaid', () => {
  it('puts regions apart, arrows into the state around both ends, and reactions into their state', async () => {
    const machine = toy.createMachine({
      id: 'toy',
      type: 'parallel',
      on: { log: { actions: 'note' } },
      states: {
        a: {
          initial: 'on',
          states: { on: { entry: 'note', on: { x: 'off', y: 'off', tick: { actions: 'note' } } }, off: {} },
        },
        b: { initial: 'up', states: { up: { on: { end: 'down' } }, down: { type: 'final' } } },
      },
    })
    expect(await drawMachine(machine, 'mermaid')).toBe(`stateDiagram-v2
  state "toy" as toy {
    state "a" as toy_a {
      [*] --> toy_a_on
      state "on" as toy_a_on
      toy_a_on : entry / note
      toy_a_on : tick / note
      state "off" as toy_a_off
      toy_a_on --> toy_a_off : x, y
    }
    --
    state "b" as toy_b {
      [*] --> toy_b_up
      state "up" as toy_b_up
      state "down" as toy_b_down
      toy_b_down --> [*]
      toy_b_up --> toy_b_down : end
    }
  }
  note right of toy
    log / note
  end note
`)
  })

  it('gives no two states one id, and no state a word of the language', async () => {
    const machine = toy.createMachine({ id: 'end', initial: 'a.b', states: { 'a.b': {}, a_b: {} } })
    const text = await drawMachine(machine, 'mermaid')
    expect(text.match(/ as (\w+)/g)).toEqual([' as end_2', ' as end_a_b', ' as end_a_b_2'])
  })

  it('writes what would end a label, or be markup, with look-alikes', async () => {
    const machine = toy.createMachine({ id: 'm', initial: 'a', states: { a: { on: { 'x:y;<b>#"': 'b' } }, b: {} } })
    expect(await drawMachine(machine, 'mermaid')).toContain('m_a --> m_b : x∶y；‹b›＃″')
  })

  it('writes a transition to a state elsewhere into its source, which Mermaid would tear out of its state', async () => {
    const machine = toy.createMachine({
      id: 'm',
      initial: 'in',
      states: {
        in: { initial: 'deep', states: { deep: { on: { leave: '#m.out' } } } },
        out: { on: { dive: 'in.deep' } },
      },
      on: { reset: '.out' },
    })
    const text = await drawMachine(machine, 'mermaid')
    expect(text).toContain('m_in_deep : leave → m.out')
    expect(text).toContain('m_out : dive → m.in.deep')
    expect(text).toContain('note right of m\n    reset → m.out\n  end note')
    expect(text).not.toMatch(/m_\w+ --> m_\w+/)
  })

  it('writes events that do the same as one, but never an answer of an event before one that is asked earlier', async () => {
    const guarded = toy.extend({ guards: { isEarly: () => true, isWrong: () => true } })
    const machine = guarded.createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          on: {
            x: [{ guard: 'isWrong', actions: 'note' }, { guard: 'isEarly' }],
            y: [{ guard: 'isEarly', target: '#m.b.deep' }, { guard: 'isWrong', actions: 'note' }, {}],
            z: [{ guard: 'isEarly', target: '#m.b.deep' }, { guard: 'isWrong', actions: 'note' }, { target: 'b' }],
          },
        },
        b: { initial: 'deep', states: { deep: {} } },
      },
    })
    expect((await drawMachine(machine, 'mermaid')).match(/(?<=m_a (?:: |--> m_b : )).*/g)).toEqual([
      '1 x [isWrong] / note',
      '2 x [isEarly]',
      '1 y, z [isEarly] → m.b.deep',
      '2 y, z [isWrong] / note',
      '3 y',
      '3 z',
    ])
  })

  it('draws every state and every arrow of a large machine', async () => {
    const text = await drawMachine(toyPeer, 'mermaid')
    expect(text.match(/^ +--$/gm)).toHaveLength(9)
    expect(text.match(/ as peer_/g)).toHaveLength(39)
  })
})
