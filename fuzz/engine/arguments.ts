import { Failure } from '../../cli/process/exit.ts'
import { choiceOf, filePatterns } from '../../cli/torrent/file-choice.ts'
import { unlessThrown } from './typed.ts'

const paths = ['name/a.mkv', 'name/dir/b.txt', 'name/dir/[c] (1).iso', `name/${'a'.repeat(60)}`]

/** What of some files `--files` names, in a word. */
export function selectorsOf(text: string): string {
  const { choice, requireAll } = choiceOf(filePatterns(text))
  if (typeof choice !== 'function') throw new TypeError('patterns make a function')
  const named = paths.filter((path, index) => choice({ index, path, length: 1 }) !== 'skip')
  unlessThrown(requireAll, Failure)
  return named.length === 0 ? 'none' : named.length === paths.length ? 'all' : 'some'
}
