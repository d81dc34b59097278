import type { Group, ScenarioEvent } from './scenario.ts'

/** Whether a process of the group may begin again after it ended: only then does anybody read what it saved to go on. */
export const comesBack = ({ churn, name }: Group, events: readonly ScenarioEvent[] = []): boolean =>
  churn !== undefined ||
  events.some((event) => event.what === 'crash' && event.backAfter !== undefined && (event.group ?? name) === name)
