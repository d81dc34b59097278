import stringWidth from 'string-width'

/**
 * A line broken between words so that it fits so many columns, its further lines indented. A word that is longer than a line stays whole, on a
 * line of its own, so that what is copied from it is right. `mark` ends each line but the last. Spaces between two words of one line are kept.
 */
export function hanging(line: string, columns: number, indent: number, mark = ''): string {
  const lines: string[] = []
  let begun = ''
  for (const [word, spaces = ''] of line.matchAll(/(\s*)\S+/g)) {
    const bare = word.slice(spaces.length)
    if (begun.trim() === '' || stringWidth(begun + word + mark) <= columns) begun += word
    else {
      lines.push(begun + mark)
      begun = ' '.repeat(indent) + bare
    }
  }
  return [...lines, begun].join('\n')
}
