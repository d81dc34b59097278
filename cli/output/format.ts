const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu

/** Bytes for people: `512 B`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10))
  return unit === 0
    ? `${Math.round(bytes)} B`
    : `${(bytes / 1024 ** unit).toFixed(1)} ${['', 'K', 'M', 'G', 'T'][unit]}iB`
}

/** Bytes a second for people. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** `1 peer`, `2 peers`. */
export function counted(amount: number, one: string): string {
  return `${amount} ${one}${amount === 1 ? '' : 's'}`
}

/** Bytes where there is little room, in units of 1024 as above and at most four characters below 1000 TiB: `512`, `1.5M`, `23G`. */
export function formatShort(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  // 999.5 would be rounded to four digits.
  for (; value >= 999.5 && unit < 4; unit++) value /= 1024
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)}${['', 'K', 'M', 'G', 'T'][unit]}`
}

/** Seconds for people, the two largest units in at most six characters: `9s`, `5m09s`, `1h05m`, `3d04h`. */
export function formatDuration(seconds: number): string {
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit))
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  if (days) return days > 99 ? '>99d' : `${days}d${two((seconds / 3_600) % 24)}h`
  if (hours) return `${hours}h${two((seconds / 60) % 60)}m`
  return minutes ? `${minutes}m${two(seconds % 60)}s` : `${Math.floor(seconds)}s`
}

/** Text of strangers (file names, error messages) on one line, without what would steer a terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, ' ').trim()
}
