import picomatch from 'picomatch'
import type { FileChoice, FileOfChoice } from '../../index.ts'
import { Failure } from '../process/exit.ts'

/** What `--files` names: patterns of paths, and numbers, or ranges of them, as `--list` shows these. */
export type FilePatterns = readonly string[]

/** The parts between commas, those within `{}`, `[]` and `()` of a pattern aside. */
export function filePatterns(text: string): FilePatterns {
  const patterns: string[] = ['']
  let depth = 0
  for (const letter of text) {
    if ('{[('.includes(letter)) depth++
    if ('}])'.includes(letter)) depth--
    if (letter === ',' && depth <= 0) patterns.push('')
    else patterns[patterns.length - 1] += letter
  }
  return patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== '')
}

/** A choice, and the patterns that no file was asked for that they name. */
export interface PatternChoice {
  readonly choice: FileChoice
  /** Throws a Failure when a pattern has named no file so far. */
  requireAll(): void
}

/**
 * The files that patterns name; without patterns it says nothing of any. A pattern without `/` is compared with the name of a file, one with it with its path within the
 * torrent; `*` names no `/`, `**` does.
 */
export function choiceOf(patterns: FilePatterns): PatternChoice {
  const matchers = patterns.map((pattern) => ({ pattern, matches: matcherOf(pattern) }))
  const unmatched = new Set(patterns)
  return {
    choice: (file) => {
      if (patterns.length === 0) return undefined
      const named = matchers.filter(({ matches }) => matches(file))
      for (const { pattern } of named) unmatched.delete(pattern)
      return named.length > 0 ? 'normal' : 'skip'
    },
    requireAll() {
      const [first] = unmatched
      if (first !== undefined) throw unnamed(first)
    },
  }
}

function matcherOf(pattern: string): (file: FileOfChoice) => boolean {
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(pattern) ?? []
  if (first !== undefined) return ({ index }) => index >= Number(first) && index <= Number(last)
  const isMatch = picomatch(pattern, { dot: true })
  const hasFolder = pattern.replace(/^!/, '').includes('/')
  return ({ path }) => {
    const parts = path.split('/')
    const within = parts.length > 1 ? [parts.slice(1).join('/')] : []
    const names = hasFolder ? [path, ...within] : [parts.at(-1) ?? '']
    // A name may have brackets, which mean something else in a pattern.
    return names.some((name) => name === pattern || isMatch(name))
  }
}

/** The one file that a pattern names. Throws a Failure where it names none, or several. */
export function fileNamed<File extends FileOfChoice & { readonly pad?: true }>(
  pattern: string,
  files: readonly File[],
): File {
  const matches = matcherOf(pattern)
  const [file, ...others] = files.filter((one) => !one.pad && matches(one))
  if (file === undefined) throw unnamed(pattern)
  if (others.length === 0) return file
  throw new Failure(`${pattern} names ${1 + others.length} files, not one: --list shows the number of each`)
}

const unnamed = (pattern: string): Failure =>
  new Failure(`no file of the torrent is named by ${pattern}: --list shows the files`)
