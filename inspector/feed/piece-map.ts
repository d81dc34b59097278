import { unknownLayout } from '../../machines/peer/vocabulary/context.ts'
import type { Core } from '../../machines/torrent/core/core.ts'

/** Cells of a map; a torrent of more pieces has several pieces in each. */
export const cellsMax = 4_096

/** Which pieces there are, and how many connected peers have each, as base64 of one byte a cell (protocol.ts, `TorrentRow`). */
export function pieceMap({ have, isChecked, layout, picker }: Pick<Core, 'have' | 'isChecked' | 'layout' | 'picker'>): {
  readonly map: string
  readonly availability: string
} {
  if (layout === unknownLayout) return { map: '', availability: '' }
  const pieces = layout.pieceCount
  const cells = Math.min(pieces, cellsMax)
  const map = Buffer.alloc(cells)
  const availability = Buffer.alloc(cells)
  const begun = new Set(picker.partials.filter(({ received }) => received > 0).map(({ index }) => index))
  for (let cell = 0; cell < cells; cell++) {
    const from = Math.floor((cell * pieces) / cells)
    const to = Math.floor(((cell + 1) * pieces) / cells)
    let whole = 0
    let isBegun = false
    let least = 255
    for (let index = from; index < to; index++) {
      if (isChecked && have.has(index)) whole++
      isBegun ||= begun.has(index)
      least = Math.min(least, picker.availability(index))
    }
    map[cell] = whole === to - from ? 2 : whole > 0 || isBegun ? 1 : 0
    availability[cell] = least
  }
  return { map: map.toString('base64'), availability: availability.toString('base64') }
}
