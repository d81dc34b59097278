import { describe, expect, test } from 'vitest'
import { isSilent, owesKeepAlive } from '../../../../machines/peer/talk/silence.ts'
import { delays } from '../../../../machines/peer/vocabulary/delays.ts'
import { tick } from '../drive.ts'

const at = 1_000_000

describe('a remote is silent', () => {
  test.each([
    ['when it has said nothing for too long', { silentInMs: delays.inactivityMs }, true],
    ['not before that', { silentInMs: delays.inactivityMs - 1 }, false],
    ['not at once after a long sleep', { silentInMs: 100_000, wokeAt: at }, false],
    [
      'sooner when it has said nothing since we woke',
      { silentInMs: 100_000, wokeAt: at - delays.awakeSilenceMs },
      true,
    ],
    ['not that soon', { silentInMs: 100_000, wokeAt: at - delays.awakeSilenceMs + 1 }, false],
    ['not when it has spoken since we woke', { silentInMs: 40_000, wokeAt: at - 40_001 }, false],
  ])('%s', (_, given, expected) => {
    expect(isSilent(tick(at, given))).toBe(expected)
  })
})

describe('we owe it a sign of life', () => {
  test.each([
    ['after a minute of silence', { silentOutMs: delays.keepAliveMs }, true],
    ['not before that', { silentOutMs: delays.keepAliveMs - 1 }, false],
    ['when we wake from a long sleep', { silentOutMs: 1, wokeAt: at }, true],
    ['not when it has had one since', { silentOutMs: 5_000, wokeAt: at - 5_000 }, false],
  ])('%s', (_, given, expected) => {
    expect(owesKeepAlive(tick(at, given))).toBe(expected)
  })
})
