import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { drawMachine } from '../../diagram/diagram.ts'
import { chartOf } from '../../diagram/edges.ts'
import { statesWithin } from '../../diagram/model.ts'
import { regionPaths } from '../../diagram/regions.ts'
import { regionToSvg } from '../../diagram/svg.ts'
import { toyPeer } from './toy-peer.ts'

describe('drawMachine to svg', () => {
  it('gives every state one group, titled with its id, also when states are nested', async () => {
    const nested = setup({}).createMachine({
      id: 'm',
      initial: 'off',
      states: {
        off: { on: { go: 'on' } },
        on: {
          type: 'parallel',
          states: { 'left-hand': {}, right: { initial: 'a', states: { a: { on: { x: 'b' } }, b: {} } } },
        },
      },
    })
    for (const machine of [toyPeer, nested]) {
      const titles = stateTitles(await drawMachine(machine, 'svg'))
      const ids = statesWithin(chartOf(machine).root).map(({ id }) => id)
      expect(titles.filter((title) => !title.endsWith('(initial)')).sort()).toEqual(ids.sort())
    }
  })

  it('is the same text every time', async () => {
    const [once, again] = [await drawMachine(toyPeer, 'svg'), await drawMachine(toyPeer, 'svg')]
    expect(once).toBe(again)
  })

  it('is as wide as a page: ten regions stand beside and below each other', async () => {
    const svg = await drawMachine(toyPeer, 'svg')
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
    expect(Number(width)).toBeLessThan(910)
    expect(Number(height)).toBeLessThan(2700)
  })

  it('needs nothing from elsewhere and repeats no id', async () => {
    const svg = await drawMachine(toyPeer, 'svg')
    expect(svg).not.toMatch(/ id="|href|url\(|<script|<!--|<!DOCTYPE/)
  })

  it('shows reactions, guards and actions as text', async () => {
    const svg = await drawMachine(toyPeer, 'svg')
    expect(svg).toContain('>peer.violation / tell(peer.violation), adjustReputation(-20)</text>')
    expect(svg).toMatch(/torrent\.unchoke \[isOpen\]/)
    expect(svg).toContain('>closed (final)</text>')
  })

  it('keeps markup in names as text', async () => {
    const machine = setup({ types: { events: {} as { type: string } }, actions: { 'a<b&c': () => {} } }).createMachine({
      id: 'm',
      type: 'parallel',
      on: { e: { actions: 'a<b&c' } },
      states: { r: { initial: 's', states: { s: { entry: 'a<b&c', on: { 'x<y': 't' } }, t: {} } } },
    })
    const svg = await drawMachine(machine, 'svg')
    expect(svg.match(/a&lt;b&amp;c/g)).toHaveLength(2)
    expect(svg).toContain('x&lt;y')
  })

  it('draws what leads from the root, which has a frame and no node, from a box for any state, and writes out what leads to it', async () => {
    const machine = setup({ types: { events: {} as { type: string } } }).createMachine({
      id: 'm',
      initial: 'a',
      on: { reset: '.a' },
      states: { a: { on: { go: 'b' } }, b: { on: { restart: '#m' } } },
    })
    const svg = await drawMachine(machine, 'svg')
    expect(stateTitles(svg).sort()).toEqual(['m', 'm.(any)', 'm.(initial)', 'm.a', 'm.b'])
    expect(svg).toContain('>in any state</text>')
    expect(svg).toContain('<title>m&#45;&gt;m.a</title>')
    expect(svg).toContain('>restart → m</text>')
    expect(svg.match(/class="edge /g)).toHaveLength(3)
  })

  it('draws a machine whose arrows cross from region to region in one piece', async () => {
    const machine = setup({ types: { events: {} as { type: string } } }).createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        a: { initial: 'x', states: { x: { on: { e: '#far' } } } },
        b: { initial: 'y', states: { y: {}, z: { id: 'far' } } },
      },
    })
    expect(await drawMachine(machine, 'svg')).toContain('<title>m.a.x&#45;&gt;far</title>')
  })
})

describe('regionToSvg', () => {
  const toy = setup({
    types: { events: {} as { type: string } },
    actions: { note: () => {}, count: () => {} },
    actors: { clock: setup({}).createMachine({}) },
  })
  const names = Array.from({ length: 12 }, (_, i) => `state_${i}`)
  /** A region in which twelve states lead to one end. */
  const toOneEnd = toy.createMachine({
    id: 'm',
    type: 'parallel',
    states: {
      life: {
        initial: 'off',
        states: {
          off: { on: { finish: 'done', ...Object.fromEntries(names.map((name) => [name, name])) } },
          ...Object.fromEntries(names.map((name) => [name, { on: { give_up: 'failed' } }])),
          failed: {},
          done: {},
        },
      },
    },
  })
  const chart = chartOf(
    toy.createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        plain: {},
        life: {
          initial: 'off',
          states: {
            off: {
              on: {
                go: 'busy',
                dive: 'deep.inner',
                a: 'deep',
                b: 'deep',
                c: { actions: 'note' },
                d: { actions: 'note' },
              },
            },
            deep: { initial: 'inner', states: { inner: { on: { leave: '#m.life.off' } } } },
            busy: {
              type: 'parallel',
              invoke: { src: 'clock' },
              states: { left: {}, right: { initial: 'x', states: { x: { on: { flip: 'y' } }, y: {} } } },
              on: { stop: 'off' },
            },
          },
        },
      },
    }),
  )

  it('shows a parallel state as one box that names its regions, and each of these alone', async () => {
    const life = await regionToSvg(chart, 'life')
    expect(stateTitles(life).sort()).toEqual([
      'm.life',
      'm.life.(initial)',
      'm.life.busy',
      'm.life.deep',
      'm.life.deep.(initial)',
      'm.life.deep.inner',
      'm.life.off',
    ])
    expect(life).toContain('>regions / left, right</text>')
    expect(life).toContain('>do / clock</text>')
    expect(life).not.toContain('flip')
    const right = await regionToSvg(chart, 'life.busy.right')
    expect(stateTitles(right)).toContain('m.life.busy.right.y')
    expect(right).toContain('flip')
    expect(regionPaths(chart)).toEqual(['plain', 'life', 'life.busy.left', 'life.busy.right'])
  })

  it('writes a transition across the border of a state into its source where arrows make a picture wider than a page', async () => {
    const crossing = '<title>m.life.off&#45;&gt;m.life.deep.inner</title>'
    expect(await regionToSvg(chart, 'life')).toContain(crossing)
    const wide = toy.createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        life: {
          initial: 'off',
          states: {
            off: { on: { dive: 'deep.inner', ...Object.fromEntries(names.map((name) => [name, name])) } },
            deep: { initial: 'inner', states: { inner: { on: { leave: '#m.life.off' } } } },
            ...Object.fromEntries(names.map((name) => [name, {}])),
          },
        },
      },
    })
    const life = await regionToSvg(chartOf(wide), 'life')
    expect(life).toContain('>dive → m.life.deep.inner</text>')
    expect(life).toContain('>leave → m.life.off</text>')
    expect(life).toContain('<title>m.life.off&#45;&gt;m.life.state_0</title>')
    expect(life).not.toContain(crossing)
  })

  it('writes transitions to an end that many states lead to into their sources where that is still too wide', async () => {
    const life = await regionToSvg(chartOf(toOneEnd), 'life')
    expect(life.split('>give_up → failed</text>')).toHaveLength(names.length + 1)
    expect(life).not.toContain('&gt;m.life.failed</title>')
    expect(life).toContain('<title>m.life.off&#45;&gt;m.life.done</title>')
  })

  it('draws an arrow of the region itself to a state within a state from a box beside that state', async () => {
    const machine = toy.createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        r: {
          initial: 'off',
          on: { dive: '.deep.inner', rest: '.off' },
          states: { off: {}, deep: { initial: 'outer', states: { outer: {}, inner: {} } } },
        },
      },
    })
    const svg = await regionToSvg(chartOf(machine), 'r')
    expect(svg).toContain('<title>m.r&#45;&gt;m.r.deep.inner</title>')
    expect(svg).toContain('<title>m.r&#45;&gt;m.r.off</title>')
    expect(svg).toContain('>in any state</text>')
    expect(svg).toContain('>in any state of r</text>')
    expect(svg).not.toContain('→')
  })

  it('has a state that no arrow is drawn to say which states lead there', async () => {
    const svg = await regionToSvg(chartOf(toOneEnd), 'life')
    expect(svg.match(/>from \/ /g)).toHaveLength(1)
    expect(svg).toContain('>from / state_0, state_1, state_2,</text>')
  })

  it('has one line for events that do the same', async () => {
    const life = await regionToSvg(chart, 'life')
    expect(life).toContain('>c, d / note</text>')
    expect(life).toMatch(/>.?\u00a0a, b<\/text>/)
  })

  it('draws a parallel state whose arrows cross from region to region with all that is in it', async () => {
    const crossing = chartOf(
      toy.createMachine({
        id: 'm',
        type: 'parallel',
        states: {
          life: {
            initial: 'busy',
            states: {
              busy: {
                type: 'parallel',
                states: {
                  a: { initial: 'x', states: { x: { on: { e: '#far' } } } },
                  b: { initial: 'y', states: { y: {}, z: { id: 'far' } } },
                },
              },
            },
          },
        },
      }),
    )
    expect(regionPaths(crossing)).toEqual(['life'])
    expect(stateTitles(await regionToSvg(crossing, 'life'))).toContain('m.life.busy.a.x')
  })

  it('is as wide as the longest word of its frame', async () => {
    const word = 'an_event_with_a_name_that_is_much_longer_than_the_picture_of_its_states_is_wide'
    const machine = toy.createMachine({
      id: 'm',
      type: 'parallel',
      states: { r: { on: { [word]: { actions: 'note' } } } },
    })
    const [, width] = /viewBox="0 0 (\d+) /.exec(await regionToSvg(chartOf(machine), 'r')) ?? []
    expect(Number(width)).toBeGreaterThan(word.length * 6)
  })

  it('refuses a region that the chart has not', async () => {
    await expect(regionToSvg(chart, 'life.none')).rejects.toThrow('the statechart m has no region life.none')
  })
})

function stateTitles(svg: string): string[] {
  return [...svg.matchAll(/<g class="[^"]*\bstate\b[^"]*"[^>]*>\n<title>([^<]*)<\/title>/g)].map(([, title = '']) =>
    title.replaceAll('&#45;', '-'),
  )
}
