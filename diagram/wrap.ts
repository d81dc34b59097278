/**
 * A label in lines of at most `columns` characters, as far as its spaces allow. Lines after the first are indented, by
 * characters that renderers do not take for spaces.
 */
export function wrapLabel(label: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of label.split(' ')) {
    const fits = line.length + 1 + word.length <= columns
    if (line === '' || line === continuationIndent) line += word
    else if (fits) line += ` ${word}`
    else {
      lines.push(line)
      line = continuationIndent + word
    }
  }
  return [...lines, line]
}

/** By how many characters lines after the first are indented. */
export const continuationColumns = 4

/** A zero-width space, which keeps the no-break spaces behind it from being trimmed at the start of a line. */
const continuationIndent = `\u200b${'\u00a0'.repeat(continuationColumns)}`
