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
 * Puts rectangles side by side within a width, in order, each as high up as there is room, then as far left; `gap` apart. A later one may
 * stand above an earlier one, in room that is left there.
 */
export function packed(sizes: readonly Size[], width: number, gap: number): Packing {
  const placed: Place[] = []
  for (const size of sizes) {
    const tops = [0, ...placed.map(({ y, height }) => y + height + gap)].sort((a, b) => a - b)
    const lefts = [0, ...placed.map(({ x, width }) => x + width + gap)].sort((a, b) => a - b)
    const spots = tops.flatMap((y) => lefts.map((x) => ({ ...size, x, y })))
    const fits = (spot: Place): boolean =>
      (spot.x === 0 || spot.x + spot.width <= width) && placed.every((other) => areApart(spot, other, gap))
    const spot = spots.find(fits)
    // Below all others there is always room.
    if (spot !== undefined) placed.push(spot)
  }
  return { places: placed, height: Math.max(0, ...placed.map(({ y, height }) => y + height)) }
}

interface Place extends Size {
  readonly x: number
  readonly y: number
}

const areApart = (a: Place, b: Place, gap: number): boolean =>
  a.x >= b.x + b.width + gap || b.x >= a.x + a.width + gap || a.y >= b.y + b.height + gap || b.y >= a.y + a.height + gap
