import type { RatePoint } from '../protocol/protocol.ts'

/** Where a plot of rates lies in its box, and its scales. */
export interface Plot {
  readonly from: number
  readonly to: number
  readonly top: number
  readonly x: (at: number) => number
  readonly y: (rate: number) => number
  readonly rateMarks: readonly number[]
  readonly timeMarks: readonly number[]
}

/** The inside of a plot, in pixels of its box. */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const spanMs = 600_000
const spanMinMs = 60_000

/** The scales for points up to the present: all of them, ten minutes at most, a minute at least. */
export function plotOf(points: readonly RatePoint[], now: number, frame: Frame): Plot {
  const to = Math.max(now, points.at(-1)?.at ?? 0)
  const from = Math.max(to - spanMs, Math.min(points[0]?.at ?? to, to - spanMinMs))
  const step = niceStep(Math.max(1024, ...points.map(({ down, up }) => Math.max(down, up))) / 4)
  const top = step * 4
  const every = timeStep((to - from) / 6)
  const firstMark = Math.ceil(from / every) * every
  return {
    from,
    to,
    top,
    x: (at) => frame.left + ((at - from) / (to - from)) * (frame.right - frame.left),
    y: (rate) => frame.bottom - (rate / top) * (frame.bottom - frame.top),
    rateMarks: [0, 1, 2, 3, 4].map((times) => times * step),
    timeMarks: Array.from(
      { length: Math.max(0, Math.floor((to - firstMark) / every) + 1) },
      (_, i) => firstMark + i * every,
    ),
  }
}

/** A line through points, as the path of an SVG. */
export function lineThrough(points: readonly RatePoint[], way: 'down' | 'up', { from, x, y }: Plot): string {
  return points
    .filter(({ at }) => at >= from)
    .map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.at).toFixed(1)} ${y(point[way]).toFixed(1)}`)
    .join('')
}

/** The least of 1, 2, 5, 10 … 512 of a binary unit that is no less. */
function niceStep(least: number): number {
  const unit = 1024 ** Math.floor(Math.log2(Math.max(1, least)) / 10)
  const times = [1, 2, 5, 10, 20, 50, 100, 200, 256, 512, 1024].find((one) => one * unit >= least) ?? 1024
  return times * unit
}

const timeStep = (least: number): number =>
  [10_000, 15_000, 30_000, 60_000, 120_000].find((one) => one >= least) ?? 120_000
