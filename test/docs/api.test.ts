import { describe, expect, test } from 'vitest'
import { emittedBy } from '../../actors/listeners.ts'
import * as exported from '../../index.ts'
import { createPeer, peerMachine, SimulatedClock, selectors } from '../../index.ts'
import { standings } from '../../machines/torrent/states/standing.ts'
import * as simulator from '../../simulator/index.ts'
import * as arbitraries from '../../testing/fast-check/index.ts'
import * as forTests from '../../testing/index.ts'
import { torrent } from '../pair.ts'
import { read } from '../source-tree.ts'
import { below, codeIn, page, rowsOf, section } from './manual.ts'

/** The methods of Perl's Net::BitTorrent::Peer, all of them, in the order of its page. */
const names = [
  'new',
  'unchoke',
  'choke',
  'interested',
  'not_interested',
  'request',
  'send_suggest',
  'send_allowed_fast',
  'protocol',
  'is_encrypted',
  'is_seeder',
  'flags',
  'set_protocol',
  'set_torrent',
  'on_data',
  'receive_data',
  'write_buffer',
  'handle_message',
  'is_allowed_fast',
  'disconnected',
  'tick',
  'rate_down',
  'rate_up',
  'reputation',
  'adjust_reputation',
  'torrent',
  'transport',
  'ip',
  'port',
  'am_choking',
  'peer_choking',
  'am_interested',
  'peer_interested',
  'blocks_inflight',
  'bitfield_status',
  'set_bitfield_status',
]

/** What a handle has beside them. */
const ours = ['actor', 'evidence', 'explain', 'on', 'setLimits', 'stop']

const api = 'docs/api.md'
const events = read('machines/peer/vocabulary/events.ts') + read('machines/peer/vocabulary/transport-commands.ts')
const rows = rowsOf(section(api, 'Every name of Net::BitTorrent::Peer')).map((line) => {
  const [, name, handle, event, selector] = line.split('|').map(codeIn)
  return { name: name?.[0] ?? '', handle: handle?.[0] ?? '', events: event ?? [], selectors: selector ?? [] }
})

const peer = createPeer({
  ...torrent,
  clock: new SimulatedClock(),
  to: { remote: { host: '192.0.2.1', port: 6881 }, direction: 'in', write: () => undefined },
})
const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(peer))
const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

test('docs/api.md lists every name of the page, in its order', () => {
  expect(rows.map(({ name }) => name)).toEqual(names)
})

test('a handle has these names, a few of its own, and no other', () => {
  const own = Object.keys(peer).concat(Object.keys(members).filter((name) => name !== 'constructor'))
  const named = names.filter((name) => name !== 'new').map(camelCase)
  expect(own.sort()).toEqual([...named, ...ours].sort())
})

describe.each(rows)('$name', ({ name, handle, events: sent, selectors: asked }) => {
  test('goes by that name in camelCase: a method where it does something or takes something, else a getter', () => {
    if (name === 'new') {
      expect(handle).toBe('createPeer(options)')
      return
    }
    const [own = '', isMethod] = [handle.replace(/\(.*\)$/, ''), handle.endsWith(')')]
    expect(own).toBe(camelCase(name))
    expect(typeof members[own]?.[isMethod ? 'value' : 'get']).toBe('function')
  })

  test('is said by events and asked by selectors that exist', () => {
    expect(sent.filter((type) => !events.includes(`type: '${type}'`))).toEqual([])
    const { context } = peer.actor.getSnapshot()
    const exists = (what: string) =>
      what.startsWith('context.') ? what.slice('context.'.length) in context : what in selectors
    expect(asked.filter((what) => !exists(what))).toEqual([])
    expect(sent.length + asked.length > 0 || ['new', 'write_buffer'].includes(name)).toBe(true)
  })
})

test('a peer takes what is sent to it, and its transport the rest', () => {
  const all = rows.flatMap(({ events: sent }) => sent)
  expect(
    all.filter((type) => !type.startsWith('link.') && !peerMachine.events.some((known) => known === type)),
  ).toEqual([])
})

test.each(['torrent', 'session'] as const)('docs/api.md lists what a %s emits', (what) => {
  const [paragraph] = below(api, `events of a ${what}`).split('\n\n')
  expect(codeIn(paragraph).sort()).toEqual([...emittedBy(what)].sort())
})

test('docs/api.md lists each word of torrent.state, as the chart has them', () => {
  const words = rowsOf(below(api, 'states of torrent.state')).map((row) => codeIn(row.split('|')[1])[0])
  expect(words).toEqual(standings)
})

const namesIn = (text: string) =>
  rowsOf(text).flatMap((row) => codeIn(row.split('|')[1]).map((name) => name.replace(/\(.*/, '')))

test('docs/api.md lists every export that is not a type', () => {
  expect(namesIn(page(api)).sort()).toEqual(Object.keys(exported).sort())
})

test('docs/api.md lists every export of peerchart/simulator that is not a type', () => {
  expect(namesIn(below(api, 'exports of peerchart/simulator')).sort()).toEqual(Object.keys(simulator).sort())
})

test('docs/api.md lists every export of peerchart/testing that is not a type', () => {
  expect(namesIn(below(api, 'exports of peerchart/testing')).sort()).toEqual(Object.keys(forTests).sort())
})

test('docs/api.md lists every export of peerchart/testing/fast-check that is not a type', () => {
  expect(namesIn(below(api, 'exports of peerchart/testing/fast-check')).sort()).toEqual(Object.keys(arbitraries).sort())
})
