import { expect, test } from 'vitest'
import { differenceOf } from '../../recorder/comparison.ts'

const deed = { said: [{ type: 'send.choke' }, { type: 'peer.choked', peer: 0 }], states: { handshake: 'open' } }

test('what is the same differs in nothing, whatever the order of fields', () => {
  expect(differenceOf(deed, { ...deed, said: [deed.said[0], { peer: 0, type: 'peer.choked' }] })).toBeUndefined()
})

test.each([
  [
    'what was said otherwise',
    { ...deed, said: [{ type: 'send.unchoke' }] },
    '{"type":"send.choke"}',
    '{"type":"send.unchoke"}',
  ],
  ['what is not said any more', { ...deed, said: [deed.said[0]] }, '{"type":"peer.choked","peer":0}', 'nothing'],
  ['what is said besides', { ...deed, said: [...deed.said, 'more'] }, 'nothing', '"more"'],
  [
    'a state',
    { ...deed, states: { handshake: { handshaking: 'x' } } },
    'handshake in "open"',
    'handshake in {"handshaking":"x"}',
  ],
  ['a region that is gone', { ...deed, states: {} }, 'handshake in "open"', 'handshake in nothing'],
])('the first difference is told: %s', (_, now, recorded, today) => {
  expect(differenceOf(deed, now)).toEqual({ recorded, now: today })
})
