import { useState } from 'preact/hooks'
import type { ActorRow, RatePoint } from '../protocol/protocol.ts'
import { useKnown } from './known.ts'
import { lineThrough, type Plot, plotOf } from './plot.ts'
import { scrolling } from './scrolling.ts'
import { torrentOf } from './torrent-of.ts'
import { useWidth } from './use-width.ts'
import { bytes, clockSeconds, rate } from './words.ts'

const height = 240

/** Payload over time, both ways. */
export function Rates({ actor }: { readonly actor: ActorRow }) {
  const known = useKnown('rates', 'peers', 'torrents')
  const torrent = torrentOf(actor, known)
  const of = known.peers.get(actor.id) ?? torrent
  const points = known.rates.get(of?.id ?? 0)?.points ?? []
  const [box, width] = useWidth<HTMLDivElement>()
  const [looked, setLooked] = useState<number>()
  const frame = { left: 84, right: Math.max(85, width - 12), top: 12, bottom: height - 28 }
  const plot = plotOf(points, known.now, frame)
  const point = looked === undefined ? points.at(-1) : nearest(points, plot, looked)
  return (
    <div class="scroll padded" {...scrolling('Rates')}>
      <dl class="facts-list">
        <div class="down">
          <dt>Down</dt>
          <dd>{rate(point?.down ?? 0)}</dd>
        </div>
        <div class="up">
          <dt>Up</dt>
          <dd>{rate(point?.up ?? 0)}</dd>
        </div>
        <div>
          <dt>At</dt>
          <dd>{point ? clockSeconds(point.at) : '–'}</dd>
        </div>
        <div>
          <dt>Downloaded</dt>
          <dd>{bytes(of?.downloaded ?? 0)}</dd>
        </div>
        <div>
          <dt>Uploaded</dt>
          <dd>{bytes(of?.uploaded ?? 0)}</dd>
        </div>
      </dl>
      <div
        ref={box}
        class="plot"
        onPointerMove={(event) => setLooked(event.clientX - event.currentTarget.getBoundingClientRect().left)}
        onPointerLeave={() => setLooked(undefined)}
      >
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={`Rates: ${spoken(points)}`}>
            {plot.rateMarks.map((mark) => (
              <g key={mark} class="mark">
                <line x1={frame.left} x2={frame.right} y1={plot.y(mark)} y2={plot.y(mark)} />
                <text x={frame.left - 8} y={plot.y(mark) + 4} text-anchor="end">
                  {mark === 0 ? '0' : `${bytes(mark).replace(/\.0+ /, ' ')}/s`}
                </text>
              </g>
            ))}
            {plot.timeMarks.map((mark) => (
              <text key={mark} class="mark-time" x={plot.x(mark)} y={height - 8} text-anchor="middle">
                {clockSeconds(mark)}
              </text>
            ))}
            {points.length > 1 && (
              <path
                class="area down"
                d={`${lineThrough(points, 'down', plot)}V${frame.bottom}H${plot.x(Math.max(plot.from, points[0]?.at ?? 0))}Z`}
              />
            )}
            <path class="line down" d={lineThrough(points, 'down', plot)} />
            <path class="line up" d={lineThrough(points, 'up', plot)} />
            {looked !== undefined && point && (
              <line class="cursor" x1={plot.x(point.at)} x2={plot.x(point.at)} y1={frame.top} y2={frame.bottom} />
            )}
          </svg>
        )}
      </div>
    </div>
  )
}

function nearest(points: readonly RatePoint[], plot: Plot, x: number): RatePoint | undefined {
  return points.reduce<RatePoint | undefined>(
    (best, point) =>
      best === undefined || Math.abs(plot.x(point.at) - x) < Math.abs(plot.x(best.at) - x) ? point : best,
    undefined,
  )
}

function spoken(points: readonly RatePoint[]): string {
  const last = points.at(-1)
  return last === undefined ? 'none yet' : `now ${rate(last.down)} down, ${rate(last.up)} up`
}
