import type { CommandWords, OptionWords } from './words.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
/** In what describes an option these mean something. */
const plain = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&')

function argument({ name, about, value, choices }: OptionWords): string {
  const values = choices.length > 0 ? `(${choices.join(' ')})` : '_files'
  return quoted(`*${name}[${plain(about)}]${value === undefined ? '' : `:${plain(value)}:${values}`}`)
}

function behind({ words }: CommandWords): string {
  return words.length > 0 ? quoted(`*:word:(${words.join(' ')})`) : quoted('*:file:_files')
}

/** The completion of zsh: commands and options with what they mean. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.map((command) =>
    [
      `    ${command.name})`,
      `      _arguments -S \\`,
      ...command.options.map((option) => `        ${argument(option)} \\`),
      `        ${behind(command)}`,
      '      ;;',
    ].join('\n'),
  )
  return `#compdef peerchart
# zsh completion of peerchart: source <(peerchart completion zsh), after compinit
_peerchart() {
  local -a commands=(
${commands.map(({ name, about }) => `    ${quoted(`${name}:${plain(about)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _peerchart peerchart
`
}
