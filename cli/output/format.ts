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

/** Text of strangers (file names, error messages) on one line, without what would steer a terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, ' ').trim()
}
