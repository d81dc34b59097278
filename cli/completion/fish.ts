import type { CommandWords, OptionWords } from './words.ts'

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`

function line(command: string, { name, about, value, choices }: OptionWords): string {
  const takes = value === undefined ? '' : choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r'
  return `complete -c peerchart -n '__fish_seen_subcommand_from ${command}' -l ${name.slice(2)}${takes} -d ${quoted(about)}`
}

/** The completion of fish: commands and options with what they mean. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, about, options, words }) => [
    `complete -c peerchart -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
    ...(words.length > 0
      ? [`complete -c peerchart -n '__fish_seen_subcommand_from ${name}' -f -a ${quoted(words.join(' '))}`]
      : []),
    ...options.map((option) => line(name, option)),
  ])
  return `# fish completion of peerchart: peerchart completion fish | source\n${lines.join('\n')}\n`
}
