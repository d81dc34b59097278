import { expect, test } from 'vitest'
import {
  type Appetite,
  appetiteOf,
  fillingBytesPerSecond,
  firstBlockMs,
  forgivenMs,
  idleMaxMs,
  idleMs,
  type Meal,
  slowMs,
  takingMs,
} from '../../../../../machines/torrent/choking/algorithm/appetite.ts'

const at = 1_000_000

/** A peer that has been unchoked for a minute, and took nothing that we know of. */
const unchoked: Meal = {
  isUnchoked: true,
  since: at - 60_000,
  tookAt: undefined,
  sent: 0,
  hasUnread: false,
  isLimited: false,
  givesForMs: undefined,
  refrainedAt: undefined,
}
/** It takes, and has taken as much as fills a slot. */
const filling: Meal = { ...unchoked, tookAt: at, sent: 60 * fillingBytesPerSecond }
const choked: Meal = { ...unchoked, isUnchoked: false }

test.each<[string, Meal, Appetite]>([
  ['whose socket took something in the last two looks', { ...filling, tookAt: at - takingMs + 1 }, 'takes'],
  ['that takes too little to fill a slot', { ...filling, sent: filling.sent - 1 }, 'nibbles'],
  ['that takes little, as a limit of ours holds it up', { ...filling, sent: 0, isLimited: true }, 'takes'],
  ['that takes little, and was unchoked not long ago', { ...filling, sent: 0, since: at - slowMs + 1 }, 'takes'],
  ['that takes little and gives', { ...filling, sent: 0, givesForMs: 0 }, 'takes'],
  ['that takes while it is choked, as allowed-fast pieces', { ...choked, tookAt: at, refrainedAt: at - 1 }, 'takes'],
  ['that was unchoked only just', { ...unchoked, since: at - firstBlockMs + 1 }, 'pauses'],
  ['that has not asked when a first block was due', { ...unchoked, since: at - firstBlockMs }, 'takes_nothing'],
  [
    'that took its last block before it got the slot',
    { ...unchoked, since: at - firstBlockMs, tookAt: at - firstBlockMs - 1 },
    'takes_nothing',
  ],
  ['that takes nothing, but gives', { ...unchoked, givesForMs: 1_000, refrainedAt: at - 1 }, 'stalls'],
  ['whose requests come behind what it gives', { ...unchoked, givesForMs: 60_000, refrainedAt: at - 1 }, 'pauses'],
  ['that took some, and none in the last two looks', { ...unchoked, tookAt: at - takingMs }, 'rests'],
  ['that took some, and was choked since', { ...choked, tookAt: at - takingMs }, 'pauses'],
  ['that took none for longer than a first block takes', { ...unchoked, tookAt: at - firstBlockMs }, 'stalls'],
  ['that took none for a round', { ...unchoked, tookAt: at - idleMs }, 'takes_nothing'],
  ['that took much, and none for a round', { ...unchoked, sent: 2_000_000, tookAt: at - idleMs }, 'stalls'],
  ['that took much, and none for half a minute', { ...unchoked, sent: 2e6, tookAt: at - idleMaxMs }, 'takes_nothing'],
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
