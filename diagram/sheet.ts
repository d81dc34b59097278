import { arrowRows, arrowsOf, reactionsOf } from './arrows.ts'
import type { ChartState, ChartTransition } from './model.ts'
import type { Picture } from './picture.ts'
import { continuationColumns, wrapLabel } from './wrap.ts'

/**
 * A state's frame: its name and what it does by itself, above what is inside it. At least `width` wide, and as wide as its longest
 * word. No arrow starts at a frame, so transitions that do are written out.
 */
export function framed(
  state: ChartState,
  transitions: readonly ChartTransition[],
  inside: Picture,
  width = 0,
): Picture {
  const leaving = arrowsOf(transitions).filter(({ from }) => from === state.id)
  const lines = [...reactionsOf(state, transitions), ...leaving.flatMap(arrowRows)]
  const longest = Math.max(0, ...lines.flatMap((line) => line.split(' ')).map(({ length }) => length))
  const wordWidth = (longest + continuationColumns) * characterWidth
  const outer = Math.max(inside.width + 2 * padding, wordWidth + 3 * padding, minimalWidth, width)
  const columns = Math.floor((outer - 2 * padding) / characterWidth)
  const rows = lines.flatMap((line) => wrapLabel(line, columns))
  const top = 2 * padding + lineHeight * (1 + rows.length)
  const height = top + inside.height + padding
  const body = [
    `<g class="state frame ${state.type}">`,
    `<title>${escaped(state.id)}</title>`,
    `<rect width="${outer}" height="${height}" rx="8"/>`,
    text(state.key, 'name', outer / 2, padding + lineHeight, 'middle'),
    ...rows.map((row, index) => text(row, 'reaction', 1.5 * padding, padding + lineHeight * (index + 2), 'start')),
    '</g>',
    moved(inside, (outer - inside.width) / 2, top),
  ]
  return { width: outer, height, body: body.join('\n') }
}

/** A region and the picture of its inside. */
export interface Region {
  readonly state: ChartState
  readonly inside: Picture
}

/**
 * Regions framed and set in columns of about equal height, each region in the column that is shortest so far; as many columns
 * as bring the whole nearest to the shape of a page.
 */
export function inColumns(regions: readonly Region[], transitions: readonly ChartTransition[]): Picture {
  const pieces = regions.map((region) => ({ ...region, picture: framed(region.state, transitions, region.inside) }))
  const layouts = pieces.map((_, index) => columnsOf(pieces, index + 1))
  const columns = layouts.reduce((best, next) => (pageLength(next) < pageLength(best) ? next : best))
  const placed: string[] = []
  let x = 0
  for (const column of columns) {
    const width = widest(column)
    let y = 0
    for (const { state, inside } of column) {
      const picture = framed(state, transitions, inside, width)
      placed.push(moved(picture, x, y))
      y += picture.height + gap
    }
    x += width + gap
  }
  return { width: x - gap, height: Math.max(...columns.map(heightOf)) - gap, body: placed.join('\n') }
}

function columnsOf<Piece extends { picture: Picture }>(pieces: readonly Piece[], count: number): Piece[][] {
  const columns = Array.from({ length: count }, (): Piece[] => [])
  for (const piece of pieces)
    columns.reduce((best, next) => (heightOf(next) < heightOf(best) ? next : best)).push(piece)
  return columns
}

/** The length of the smallest page of the usual 3 to 4 that holds the columns. */
function pageLength(columns: readonly (readonly { picture: Picture }[])[]): number {
  const width = columns.reduce((sum, column) => sum + widest(column) + gap, 0)
  return Math.max((width * 4) / 3, ...columns.map(heightOf))
}

function heightOf(column: readonly { picture: Picture }[]): number {
  return column.reduce((sum, { picture }) => sum + picture.height + gap, 0)
}

function widest(column: readonly { picture: Picture }[]): number {
  return Math.max(...column.map(({ picture }) => picture.width))
}

function moved({ body }: Picture, x: number, y: number): string {
  return body === '' ? '' : `<g transform="translate(${x} ${y})">\n${body}\n</g>`
}

function text(line: string, style: string, x: number, y: number, anchor: 'start' | 'middle'): string {
  return `<text xml:space="preserve" class="${style}" x="${x}" y="${y}" font-size="12" text-anchor="${anchor}">${escaped(line)}</text>`
}

function escaped(words: string): string {
  return words.replaceAll('\u200b', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** User units, one a CSS pixel, here and below. */
const minimalWidth = 200
const padding = 8
const gap = 12
const lineHeight = 16
/** Of 12 pixel Helvetica, on the safe side of its mean. */
const characterWidth = 6.2
