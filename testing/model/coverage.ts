import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  getStateNodes,
} from 'xstate'
import { chartTransition, nodesWithin, transitionsOf } from '../../diagram/edges.ts'
import { transitionLabel } from '../../diagram/model.ts'

/** How much of a machine was seen. */
export interface Coverage {
  readonly states: Count
  /** By definition: of several candidates for an event each counts, as do those without a target and every `always`. */
  readonly transitions: Count
  /** The same, by the id of the region: the machine, or a child of a parallel state. */
  readonly regions: Readonly<Record<string, { readonly states: Count; readonly transitions: Count }>>
}

/** How many of a kind. */
export interface Count {
  readonly seen: number
  readonly total: number
  /** State ids, or transitions in one line each. */
  readonly missed: readonly string[]
}

/** Notes what a walk meets, against all that the machine defines. */
export interface CoverageRecorder {
  reached(snapshot: AnyMachineSnapshot): void
  took(definitions: readonly AnyTransitionDefinition[]): void
  summary(): Coverage
}

/**
 * Counts the states that are alternatives, the children of compound states: a region is active whenever its parent is.
 * Transitions of a parallel state itself belong to the region around it.
 */
export function createCoverage(machine: AnyStateMachine): CoverageRecorder {
  const nodes = nodesWithin(machine.root)
  const alternatives = nodes.filter((node) => node.parent?.type === 'compound' && node.type !== 'history')
  const definitions = nodes.flatMap(transitionsOf)
  const seenNodes = new Set<AnyStateNode>()
  const seenDefinitions = new Set<AnyTransitionDefinition>()

  const count = (inRegion: (node: AnyStateNode) => boolean) => ({
    states: countOf(alternatives.filter(inRegion), seenNodes, ({ id }) => id),
    transitions: countOf(
      definitions.filter(({ source }) => inRegion(source)),
      seenDefinitions,
      definitionText,
    ),
  })

  return {
    reached: (snapshot) => {
      for (const node of getStateNodes(machine.root, snapshot.value)) seenNodes.add(node)
    },
    took: (taken) => {
      for (const definition of taken) {
        seenDefinitions.add(definition)
        // A state that is left synchronously shows in no snapshot.
        for (const node of [definition.source, ...(definition.target ?? [])]) seenNodes.add(node)
      }
    },
    summary: () => {
      const regions = [...new Set(nodes.map(regionOf))]
      return {
        ...count(() => true),
        regions: Object.fromEntries(regions.map((region) => [region.id, count((node) => regionOf(node) === region)])),
      }
    },
  }
}

/** A definition in one line, ends included: `peer.uploads.idle: wire.cancel → stays`. */
export function definitionText(definition: AnyTransitionDefinition): string {
  const transition = chartTransition(definition)
  return `${transition.from}: ${transitionLabel(transition)} → ${transition.to.join(', ') || 'stays'}`
}

function regionOf(node: AnyStateNode): AnyStateNode {
  return node.parent === undefined || node.parent.type === 'parallel' ? node : regionOf(node.parent)
}

function countOf<Item>(items: readonly Item[], seen: ReadonlySet<Item>, name: (item: Item) => string): Count {
  const missed = items.filter((item) => !seen.has(item))
  return { seen: items.length - missed.length, total: items.length, missed: missed.map(name) }
}
