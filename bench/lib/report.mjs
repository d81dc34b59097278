import { median } from './rounds.mjs'

const mebibyte = 1024 * 1024

/** Prints a heading. */
export const heading = (text) => console.log(`\n${text}`)

/** Prints rows of text in columns, the first to the left and the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]),
    )
    console.log(`  ${cells.join('  ')}`)
  }
}

/** Least, middle and greatest of some values, as three cells. */
export const spread = (values, format) => [Math.min(...values), median(values), Math.max(...values)].map(format)

/** Bytes a second as text. */
export const mebibytesPerSecond = (bytesPerSecond) => `${(bytesPerSecond / mebibyte).toFixed(0)} MiB/s`

/** Processor seconds a byte as text. */
export const microsPerKibibyte = (secondsPerByte) => `${(secondsPerByte * 1024 * 1e6).toFixed(1)} µs/KiB`

/** A ratio as text. */
export const times = (ratio) => `${ratio.toFixed(2)}x`

/** Prints how a value stands beside its target; a bench never fails on it, as another machine may be slower or busy. */
export function target(what, value, reached) {
  console.log(`  ${reached ? 'PASS           ' : 'short of target'}  ${what}: ${value}`)
}
