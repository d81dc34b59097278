import { expect, test } from 'vitest'
import {
  type Appetite,
  appetiteOf,
  firstBlockMs,
  forgivenMs,
  idleMs,
  type Meal,
  takingMs,
} from '../../../machines/torrent/appetite.ts'

const at = 1_000_000

/** A peer that has been unchoked for a minute, and took nothing that we know of. */
const unchoked: Meal = {
  isUnchoked: true,
  since: at - 60_000,
  tookAt: undefined,
  hasUnread: false,
  gives: false,
  refrainedAt: undefined,
}
const choked: Meal = { ...unchoked, isUnchoked: false }

test.each<[string, Meal, Appetite]>([
  ['whose socket took something in the last two looks', { ...unchoked, tookAt: at - takingMs + 1 }, 'takes'],
  ['that takes while it is choked, as allowed-fast pieces', { ...choked, tookAt: at, refrainedAt: at - 1 }, 'takes'],
  ['that was unchoked only just', { ...unchoked, since: at - firstBlockMs + 1 }, 'pauses'],
  ['that has not asked when a first block was due', { ...unchoked, since: at - firstBlockMs }, 'takes_nothing'],
  [
    'that took its last block before it got the slot',
    { ...unchoked, since: at - firstBlockMs, tookAt: at - firstBlockMs - 1 },
    'takes_nothing',
  ],
  ['that has not asked, as far as we see, and gives', { ...unchoked, gives: true, since: at - firstBlockMs }, 'pauses'],
  ['that gives, and has not asked for a round', { ...unchoked, gives: true, since: at - idleMs }, 'takes_nothing'],
  ['that took some, and lately none', { ...unchoked, tookAt: at - takingMs }, 'pauses'],
  ['that took none for longer than a first block takes', { ...unchoked, tookAt: at - firstBlockMs }, 'stalls'],
  ['that took none for a round', { ...unchoked, tookAt: at - idleMs }, 'takes_nothing'],
  ['that waits, choked', choked, 'pauses'],
  [
    'that waits, choked, and does not read what it was sent',
    { ...choked, tookAt: at - idleMs, hasUnread: true },
    'takes_nothing',
  ],
  [
    'that waits, choked, and has begun to read it again',
    { ...choked, tookAt: at - idleMs + 1, hasUnread: true },
    'pauses',
  ],
  [
    'that was sent something only just, long after it last took some',
    { ...unchoked, since: at - 1_000, tookAt: at - 100_000, hasUnread: true },
    'pauses',
  ],
  ['that took nothing when it could', { ...choked, refrainedAt: at - 1 }, 'takes_nothing'],
  ['that has taken something since', { ...choked, refrainedAt: at - 60_000, tookAt: at - 30_000 }, 'pauses'],
  ['that took nothing long ago', { ...choked, refrainedAt: at - forgivenMs }, 'pauses'],
  [
    'that took nothing, and has another slot only just',
    { ...unchoked, since: at - 1_000, refrainedAt: at - 20_000 },
    'takes_nothing',
  ],
])('of a peer %s it is known that it does so', (_, meal, appetite) => {
  expect(appetiteOf(meal, at)).toBe(appetite)
})
