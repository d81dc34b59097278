import type { AnyMachineSnapshot, AnyStateMachine, ContextFrom, EventFromLogic } from 'xstate'

/**
 * A parallel machine, and what it becomes by `provide`, whose regions are asked only for events that they have a transition for. XState
 * asks every state of every region for every event, which is a fourth of what an event costs a dozen regions. No descriptor may be a
 * wildcard, and the root may have no transition of its own: both are refused with a TypeError. `makesSense`: an event that does not is
 * taken by no region. Default: all do.
 */
export function askingTakersOnly<Machine extends AnyStateMachine>(
  machine: Machine,
  makesSense: (event: EventFromLogic<Machine>, context: ContextFrom<Machine>) => boolean = () => true,
): Machine {
  const { getTransitionData, provide } = machine
  const takers = takersIn(machine)
  return Object.assign(machine, {
    getTransitionData(snapshot: AnyMachineSnapshot, event: EventFromLogic<Machine>) {
      const asked = takers.get(event.type)
      if (asked === undefined || !makesSense(event, snapshot.context)) return []
      const value: Record<string, unknown> = {}
      for (const region of asked) value[region] = snapshot.value[region]
      // Guards look at all regions.
      const matches = (states: Parameters<typeof snapshot.matches>[0]) => snapshot.matches(states)
      return getTransitionData.call(machine, { ...snapshot, value, matches }, event)
    },
    provide: (...given: Parameters<typeof provide>) =>
      askingTakersOnly<AnyStateMachine>(provide.apply(machine, given), makesSense),
  })
}

/** The regions that have a transition for an event, by its type. */
function takersIn({ root }: AnyStateMachine): ReadonlyMap<string, readonly string[]> {
  if (root.ownEvents.length > 0) throw new TypeError('the root of the machine has transitions of its own')
  const takers = new Map<string, string[]>()
  for (const [region, { events }] of Object.entries(root.states)) {
    for (const type of events) {
      if (type.includes('*')) throw new TypeError(`${type} is a wildcard`)
      takers.set(type, [...(takers.get(type) ?? []), region])
    }
  }
  return takers
}
