import { reactionsOf } from './arrows.ts'
import type { ChartState, ChartTransition } from './model.ts'
import type { Inside, Picture } from './picture.ts'
import { continuationColumns, wrapLabel } from './wrap.ts'

/**
 * A state's frame: its name and what it does by itself, above what is inside it, and the arrows from it that are not drawn there. As
 * wide as its longest word at least.
 */
export function framed(
  state: ChartState,
  transitions: readonly ChartTransition[],
  inside: Inside,
  name = state.key,
): Picture {
  const lines = reactionsOf(state, transitions, inside.leaving)
  const longest = Math.max(0, ...lines.flatMap((line) => line.split(' ')).map(({ length }) => length))
  const wordWidth = (longest + continuationColumns) * characterWidth
  const outer = Math.max(inside.width + 2 * padding, wordWidth + 3 * padding, minimalWidth)
  const columns = Math.floor((outer - 2 * padding) / characterWidth)
  const rows = lines.flatMap((line) => wrapLabel(line, columns))
  const top = 2 * padding + lineHeight * (1 + rows.length)
  const height = top + inside.height + padding
  const body = [
    `<g class="state frame ${state.type}">`,
    `<title>${escaped(state.id)}</title>`,
    `<rect width="${outer}" height="${height}" rx="8"/>`,
    text(name, 'name', outer / 2, padding + lineHeight, 'middle'),
    ...rows.map((row, index) => text(row, 'reaction', 1.5 * padding, padding + lineHeight * (index + 2), 'start')),
    '</g>',
    moved(inside, (outer - inside.width) / 2, top),
  ]
  return { width: outer, height, body: body.join('\n') }
}

interface Placed {
  readonly x: number
  readonly y: number
  readonly picture: Picture
}

/** Pictures on one sheet of at most `width`, or as wide as the widest: each as far up as there is room, and there as far left. */
export function packed(pictures: readonly Picture[], width: number): Picture {
  const placed: Placed[] = []
  for (const picture of pictures) {
    const lefts = [0, ...placed.map((one) => one.x + one.picture.width + gap)]
    const tops = [0, ...placed.map((one) => one.y + one.picture.height + gap)]
    const spots = tops
      .flatMap((y) => lefts.map((x): Placed => ({ x, y, picture })))
      .filter(
        (spot) => (spot.x === 0 || spot.x + picture.width <= width) && !placed.some((one) => isTooNear(one, spot)),
      )
    placed.push(spots.reduce((best, next) => (next.y < best.y || (next.y === best.y && next.x < best.x) ? next : best)))
  }
  return {
    width: Math.max(...placed.map((one) => one.x + one.picture.width)),
    height: Math.max(...placed.map((one) => one.y + one.picture.height)),
    body: placed.map(({ picture, x, y }) => moved(picture, x, y)).join('\n'),
  }
}

function isTooNear(one: Placed, other: Placed): boolean {
  const isBeside = one.x + one.picture.width + gap <= other.x || other.x + other.picture.width + gap <= one.x
  const isBelow = one.y + one.picture.height + gap <= other.y || other.y + other.picture.height + gap <= one.y
  return !isBeside && !isBelow
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
