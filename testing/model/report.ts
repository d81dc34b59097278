import type { AnyStateMachine } from 'xstate'
import type { Count } from './coverage.ts'
import type { Exploration } from './explore.ts'

/**
 * What an exploration covered, in lines for `console.log`: totals, one line a region, and what was missed.
 *
 *     peer: states 34/34, transitions 87/88, in 768 snapshots and 4992 edges
 *       peer.am_choking: states 2/2, transitions 4/4
 *       never taken: peer.uploads.idle: wire.cancel → stays
 */
export function report<Machine extends AnyStateMachine>(
  name: string,
  { coverage, states, edgeCount }: Exploration<Machine>,
): string {
  const { regions } = coverage
  const total = `${name}: ${counts(coverage)}, in ${states.size} snapshots and ${edgeCount} edges`
  return [
    total,
    ...Object.entries(regions)
      .filter(([, { states, transitions }]) => states.total + transitions.total > 0)
      .map(([region, covered]) => `  ${region}: ${counts(covered)}`),
    ...coverage.states.missed.map((state) => `  never reached: ${state}`),
    ...coverage.transitions.missed.map((transition) => `  never taken: ${transition}`),
  ].join('\n')
}

function counts({ states, transitions }: { readonly states: Count; readonly transitions: Count }): string {
  return `states ${states.seen}/${states.total}, transitions ${transitions.seen}/${transitions.total}`
}
