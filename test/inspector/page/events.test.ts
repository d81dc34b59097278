import { expect, test } from 'vitest'
import { type EventFilter, eventsOf, typesOf } from '../../../inspector/page/events.ts'
import { ids, peerId, saidRows, transportId } from './made-up.ts'

const peer = peerId(0)
const rows = saidRows(
  [
    [transportId(0), peer, 'wire.have', 'index 4', ['peer.talk.heard|wire.have|']],
    [peer, ids.core, 'peer.have', 'index 4'],
    [ids.core, ids.storage, 'storage.verify', 'index 4'],
    [transportId(0), peer, 'wire.choke', '', ['peer.peer_choking.not_choking|wire.choke|peer.peer_choking.choking']],
  ],
  1,
  0,
)
const all: EventFilter = { heard: true, said: true, without: new Set(), search: '' }
const types = (filter: Partial<EventFilter>) =>
  eventsOf(peer, rows, { ...all, ...filter }, (id) => (id === ids.core ? 'the core' : 'the wire')).map(
    ({ type }) => type,
  )

test('the events of an actor are those it heard and those it said', () => {
  expect(types({})).toEqual(['wire.have', 'peer.have', 'wire.choke'])
  expect(types({ heard: false })).toEqual(['peer.have'])
  expect(types({ said: false })).toEqual(['wire.have', 'wire.choke'])
})

test('a search goes over type, text, the other actor and the transitions, and needs all its words', () => {
  expect(types({ search: 'INDEX have' })).toEqual(['wire.have', 'peer.have'])
  expect(types({ search: 'core' })).toEqual(['peer.have'])
  expect(types({ search: 'not_choking' })).toEqual(['wire.choke'])
})

test('a word with a minus leaves out what says it itself; a minus alone leaves out nothing', () => {
  expect(types({ search: '-peer.' })).toEqual(['wire.have', 'wire.choke'])
  expect(types({ search: '-' })).toEqual(types({}))
})

test('types that are left out are left out', () => {
  expect(types({ without: new Set(['wire.have']) })).toEqual(['peer.have', 'wire.choke'])
  expect(typesOf(rows)).toContainEqual(['wire.choke', 1])
})
