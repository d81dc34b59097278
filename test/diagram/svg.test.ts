import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { drawMachine } from '../../diagram/diagram.ts'
import { chartOf } from '../../diagram/edges.ts'
import { statesWithin } from '../../diagram/model.ts'
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

  it('has the shape of a page: ten regions do not stand in one row', async () => {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(await drawMachine(toyPeer, 'svg')) ?? []
    expect(Number(width)).toBeLessThan(1600)
    expect(Number(height)).toBeLessThan(2400)
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

  it('writes out what leads from or to the root, which has a frame and no node', async () => {
    const machine = setup({ types: { events: {} as { type: string } } }).createMachine({
      id: 'm',
      initial: 'a',
      on: { reset: '.a' },
      states: { a: { on: { go: 'b' } }, b: { on: { restart: '#m' } } },
    })
    const svg = await drawMachine(machine, 'svg')
    expect(stateTitles(svg).sort()).toEqual(['m', 'm.(initial)', 'm.a', 'm.b'])
    expect(svg).toContain('>reset → m.a</text>')
    expect(svg).toContain('>restart → m</text>')
    expect(svg.match(/class="edge /g)).toHaveLength(2)
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

function stateTitles(svg: string): string[] {
  return [...svg.matchAll(/<g class="[^"]*\bstate\b[^"]*"[^>]*>\n<title>([^<]*)<\/title>/g)].map(([, title = '']) =>
    title.replaceAll('&#45;', '-'),
  )
}
