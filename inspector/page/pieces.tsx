import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ActorRow, TorrentRow } from '../protocol/protocol.ts'
import { cellStates, cellsOf, type Lattice, latticeOf, tallied } from './cells.ts'
import { useKnown } from './known.ts'
import { scrolling } from './scrolling.ts'
import { onThemeChange } from './theme.tsx'
import { torrentOf } from './torrent-of.ts'
import { useWidth } from './use-width.ts'
import { bytes, count, counted } from './words.ts'

/** The piece map of the torrent and how many peers have each piece. */
export function Pieces({ actor }: { readonly actor: ActorRow }) {
  const torrent = torrentOf(actor, useKnown('torrents', 'peers', 'actors'))
  if (torrent === undefined) return <p class="empty">It belongs to no torrent.</p>
  if (torrent.map === '') return <p class="empty">How many pieces there are is not known yet.</p>
  return <Maps torrent={torrent} />
}

function Maps({ torrent }: { readonly torrent: TorrentRow }) {
  const map = useMemo(() => cellsOf(torrent.map), [torrent.map])
  const availability = useMemo(() => cellsOf(torrent.availability), [torrent.availability])
  const most = availability.reduce((so, value) => Math.max(so, value), 0)
  const heat = useMemo(() => availability.map((value) => heatOf(value, most)), [availability, most])
  const states = tallied(map)
  const perCell = torrent.total / map.length
  const about = (cell: number): string => {
    const [first, last] = [Math.floor(cell * perCell), Math.ceil((cell + 1) * perCell) - 1]
    const which = first >= last ? `piece ${count(first)}` : `pieces ${count(first)} to ${count(last)}`
    return `${which}: ${cellStates[map[cell] ?? 0]}, ${counted(availability[cell] ?? 0, 'peer')}`
  }
  return (
    <div class="scroll padded" {...scrolling('Pieces')}>
      <p class="facts">
        <b>{torrent.name}</b> {count(torrent.pieces)} of {counted(torrent.total, 'piece')} verified;{' '}
        {bytes(torrent.downloaded)} down and {bytes(torrent.uploaded)} up in this run
        {perCell > 1 && <span class="muted">; a cell is about {perCell.toFixed(1)} pieces</span>}
      </p>
      <Cells
        title="What we have"
        cells={map}
        about={about}
        colors={stateColors}
        legend={cellStates.map((word, value) => ({
          color: stateColors[value] ?? '',
          text: `${word} ${count(states.get(value) ?? 0)}`,
        }))}
      />
      <Cells
        title="How many peers have it"
        cells={heat}
        about={about}
        colors={heatColors}
        legend={[
          { color: heatColors[0], text: `no peer ${count(tallied(heat).get(0) ?? 0)}` },
          { color: heatColors[1], text: 'few' },
          { color: heatColors[5], text: `${most}${most === 255 ? ' or more' : ''}` },
        ]}
      />
    </div>
  )
}

/** Names of colors in the style sheet, by value. */
const stateColors = ['--cell-missing', '--cell-some', '--cell-whole'] as const
const heatColors = [
  '--cell-none',
  '--cell-heat-1',
  '--cell-heat-2',
  '--cell-heat-3',
  '--cell-heat-4',
  '--cell-heat-5',
] as const

/** 0 is no peer at all, 5 as many as have any piece. */
const heatOf = (value: number, most: number): number => (value === 0 ? 0 : Math.ceil((5 * value) / most))

interface CellsProps {
  readonly title: string
  readonly cells: Uint8Array
  readonly about: (cell: number) => string
  /** The name of the color of each value. */
  readonly colors: readonly string[]
  readonly legend: readonly { readonly color: string; readonly text: string }[]
}

function Cells({ title, cells, about, colors, legend }: CellsProps) {
  const [box, width] = useWidth<HTMLElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [hint, setHint] = useState('')
  const lattice = useMemo(() => latticeOf(cells.length, width, 150), [cells.length, width])
  const { step, columns, rows } = lattice
  useLayoutEffect(() => {
    const pen = width > 0 ? canvas.current?.getContext('2d') : undefined
    if (!pen) return
    const draw = (): void => drawCells(pen, cells, lattice, colors)
    draw()
    return onThemeChange(draw)
  }, [cells, colors, lattice, width])
  return (
    <figure class="cells" ref={box}>
      <figcaption>
        <b>{title}</b>
        <ul class="legend">
          {legend.map(({ color, text }) => (
            <li key={text}>
              <i style={{ background: `var(${color})` }} aria-hidden="true" />
              {text}
            </li>
          ))}
        </ul>
        <span class="muted mono">{hint}</span>
      </figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${title}: ${legend.map(({ text }) => text).join(', ')}`}
        style={{ width: `${columns * step}px`, height: `${rows * step}px` }}
        onPointerMove={({ offsetX, offsetY }) => {
          const cell = Math.floor(offsetY / step) * columns + Math.min(columns - 1, Math.floor(offsetX / step))
          setHint(cell < cells.length ? about(cell) : '')
        }}
        onPointerLeave={() => setHint('')}
      />
    </figure>
  )
}

function drawCells(
  pen: CanvasRenderingContext2D,
  cells: Uint8Array,
  lattice: Lattice,
  colors: readonly string[],
): void {
  const { step, columns, rows } = lattice
  const dots = devicePixelRatio
  pen.canvas.width = columns * step * dots
  pen.canvas.height = rows * step * dots
  pen.scale(dots, dots)
  const style = getComputedStyle(pen.canvas)
  const inks = colors.map((name) => style.getPropertyValue(name))
  cells.forEach((value, cell) => {
    pen.fillStyle = inks[value] ?? ''
    pen.fillRect((cell % columns) * step, Math.floor(cell / columns) * step, step - 1, step - 1)
  })
}
