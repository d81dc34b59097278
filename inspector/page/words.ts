/** Quantities as the page writes them: few digits, always the same number of decimals, so that columns align. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in binary units: `0 B`, `16.0 KiB`, `1.25 GiB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${Math.round(count)} B`
  const power = Math.min(units.length - 1, Math.floor(Math.log2(count) / 10))
  const amount = count / 1024 ** power
  return `${amount.toFixed(amount < 10 ? 2 : amount < 100 ? 1 : 0)} ${units[power]}`
}

/** Bytes a second; nothing at all is a dash, which the eye passes over. */
export const rate = (bytesPerSecond: number): string => (bytesPerSecond < 1 ? '–' : `${bytes(bytesPerSecond)}/s`)

const grouped = new Intl.NumberFormat('en')

/** A count with its thousands apart: `12,345`. */
export const count = (amount: number): string => grouped.format(amount)

/** `1 peer`, `2 peers`. */
export const counted = (amount: number, one: string, many = `${one}s`): string =>
  `${count(amount)} ${amount === 1 ? one : many}`

/** A time since the start, in milliseconds, as `m:ss.mmm`, or `h:mm:ss.mmm`. */
export function clock(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  const seconds = String(Math.floor(whole / 1000) % 60).padStart(2, '0')
  return `${hoursAndMinutes(whole)}:${seconds}.${String(whole % 1000).padStart(3, '0')}`
}

/** As `clock`, without the milliseconds. */
export function clockSeconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  return `${hoursAndMinutes(whole)}:${String(Math.floor(whole / 1000) % 60).padStart(2, '0')}`
}

/** How long, in one unit: `0.4 s`, `12 s`, `5 min`, `3 h`. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** A part of a whole, in percent without decimals; never 100 before all is there. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.floor((100 * part) / whole)} %`

/** With its sign, a real minus among them: `+1`, `−20`. */
export const signed = (amount: number): string => `${amount < 0 ? '−' : '+'}${Math.abs(amount)}`

function hoursAndMinutes(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? String(minutes) : `${hours}:${String(minutes % 60).padStart(2, '0')}`
}
