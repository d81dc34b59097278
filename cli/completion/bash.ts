import type { CommandWords } from './words.ts'

/** The completion of bash: options and choices as words, files for all else. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const choices = commands.flatMap(({ name, options }) =>
    options
      .filter((option) => option.choices.length > 0)
      .map((option) => `    '${name} ${option.name}') words='${option.choices.join(' ')}' ;;`),
  )
  const words = commands.map(
    ({ name, options, words: own }) =>
      `    ${name}) words='${[...own, ...options.map((one) => one.name)].join(' ')}' ;;`,
  )
  return `# bash completion of peerchart: source <(peerchart completion bash)
_peerchart() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' words=''
  [ "$COMP_CWORD" -gt 1 ] && command="\${COMP_WORDS[1]}"
  case "$command" in
    '') words='${commands.map(({ name }) => name).join(' ')} help' ;;
${words.join('\n')}
  esac
  case "$command $previous" in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _peerchart peerchart
`
}
