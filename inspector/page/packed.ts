/** A rectangle's size. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Where rectangles stand, and how high they stand together. */
export interface Packing {
  readonly places: readonly { readonly x: number; readonly y: number }[]
  readonly height: number
}

/**
 * Puts rectangles side by side within a width, in order, each as high up as there is room, then as far left; `gap` apart. None may be
 * wider than the width.
 */
export function packed(sizes: readonly Size[], width: number, gap: number): Packing {
  // The lower edge of what stands already, as steps from left to right.
  let edge: readonly Step[] = [{ x: 0, end: width + gap, y: 0 }]
  const places = sizes.map(({ width: w, height: h }) => {
    const [full, starts] = [w + gap, edge.map(({ x }) => x).filter((x) => x + w <= width || x === 0)]
    const spots = starts.map((x) => ({ x, y: lowest(edge, x, x + full) }))
    const best = spots.reduce((a, b) => (b.y < a.y ? b : a))
    edge = raised(edge, { x: best.x, end: best.x + full, y: best.y + h + gap })
    return best
  })
  return { places, height: Math.max(0, Math.max(...edge.map(({ y }) => y)) - gap) }
}

interface Step {
  readonly x: number
  readonly end: number
  readonly y: number
}

const lowest = (edge: readonly Step[], x: number, end: number): number =>
  Math.max(...edge.filter((step) => step.x < end && step.end > x).map(({ y }) => y))

function raised(edge: readonly Step[], top: Step): Step[] {
  const cut = edge.flatMap((step) => [
    { ...step, end: Math.min(step.end, top.x) },
    { ...step, x: Math.max(step.x, top.end) },
  ])
  return [...cut, top].filter(({ x, end }) => x < end).sort((a, b) => a.x - b.x)
}
