import { useLayoutEffect, useReducer, useRef } from 'preact/hooks'
import { Known, type Topic } from './store.ts'

/** What this page knows. */
export const known = new Known((work) => requestAnimationFrame(work))

/** Draws a component again in the frame after one of the topics changed. */
export function useKnown(...topics: readonly Topic[]): Known {
  const [, redraw] = useReducer<number, void>((times) => times + 1, 0)
  // The topics of a component never change.
  const watched = useRef(topics)
  // Before the browser draws, so that no batch comes in between.
  useLayoutEffect(() => known.watch(watched.current, () => redraw()), [])
  return known
}
