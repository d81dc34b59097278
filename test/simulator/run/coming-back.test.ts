import { expect, test } from 'vitest'
import { comesBack } from '../../../simulator/run/coming-back.ts'
import type { Group, ScenarioEvent } from '../../../simulator/run/scenario.ts'

const homes: Group = { name: 'homes', role: 'leecher', count: 3 }

test.each<[boolean, string, Group, readonly ScenarioEvent[]]>([
  [false, 'nothing happens', homes, []],
  [true, 'it comes and goes', { ...homes, churn: { staysSeconds: 5, awaySeconds: 5 } }, []],
  [true, 'any member may crash, and is back', homes, [{ at: 1, what: 'crash', part: 0.1, backAfter: 3 }]],
  [true, 'its own crash, and are back', homes, [{ at: 1, what: 'crash', part: 1, group: 'homes', backAfter: 0 }]],
  [false, 'only others crash', homes, [{ at: 1, what: 'crash', part: 1, group: 'others', backAfter: 3 }]],
  [false, 'what crashes stays away', homes, [{ at: 1, what: 'crash', part: 1 }]],
  [false, 'they leave for good', homes, [{ at: 1, what: 'leave', part: 1 }]],
])('that processes of a group may begin again is %s where %s', (expected, _, group, events) => {
  expect(comesBack(group, events)).toBe(expected)
})
