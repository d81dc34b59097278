import type { RefObject } from 'preact'
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows drawn beyond the edges of the box. */
const beyond = 8

/** The rows of a long list that are in sight. */
export interface Window {
  /** The box that scrolls. */
  readonly box: RefObject<HTMLDivElement | null>
  readonly first: number
  /** One after the last. */
  readonly end: number
  readonly onScroll: () => void
  readonly scrollTo: (index: number) => void
}

/** Draws only the rows of a list that are in sight, each `rowHeight` pixels high, below `above` pixels of head. */
export function useWindow(count: number, rowHeight: number, above = 0): Window {
  const box = useRef<HTMLDivElement>(null)
  const [{ top, height }, setSight] = useState({ top: 0, height: 600 })
  const look = useCallback(() => {
    const { current } = box
    if (current === null) return
    const sight = { top: Math.floor(current.scrollTop / rowHeight) * rowHeight, height: current.clientHeight }
    setSight((was) => (was.top === sight.top && was.height === sight.height ? was : sight))
  }, [rowHeight])
  useLayoutEffect(() => {
    look()
    if (box.current === null) return
    const observer = new ResizeObserver(look)
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [look])
  const scrollTo = (index: number): void => {
    const { current } = box
    if (current === null) return
    const at = index * rowHeight
    if (at < current.scrollTop) current.scrollTop = at
    else if (at + rowHeight + above > current.scrollTop + current.clientHeight)
      current.scrollTop = at + rowHeight + above - current.clientHeight
  }
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight) - beyond, count - 1))
  return {
    box,
    first,
    end: Math.min(count, Math.ceil((top + height) / rowHeight) + beyond),
    onScroll: look,
    scrollTo,
  }
}

/** The index that a key moves to in a list, or nothing for another key. */
export function movedBy(key: string, at: number, count: number, page = 10): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  }
  const to = steps[key]
  return to === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, to))
}
