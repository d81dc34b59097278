/** What a cell of the piece map says of its pieces. */
export const cellStates = ['missing', 'some blocks', 'whole'] as const

/** Base64 as bytes, one a cell. */
export const cellsOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))

/** How many cells have each value. */
export function tallied(cells: Uint8Array): Map<number, number> {
  const tally = new Map<number, number>()
  for (const value of cells) tally.set(value, (tally.get(value) ?? 0) + 1)
  return tally
}

/** How cells stand in a box: as large as fits, in rows. */
export interface Lattice {
  /** Pixels from one cell to the next. */
  readonly step: number
  readonly columns: number
  readonly rows: number
}

const [stepMin, stepMax] = [4, 14]

/** The lattice of so many cells within a width, about as high as wanted. */
export function latticeOf(cells: number, width: number, height: number): Lattice {
  const wanted = Math.floor(Math.sqrt((width * height) / Math.max(1, cells)))
  const step = Math.max(stepMin, Math.min(stepMax, wanted))
  const columns = Math.max(1, Math.floor(width / step))
  return { step, columns, rows: Math.ceil(cells / columns) }
}
