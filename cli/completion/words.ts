import type { Command } from 'commander'

/** An option as a shell completes it. */
export interface OptionWords {
  /** `--out`. */
  readonly name: string
  readonly about: string
  /** What its value is called; undefined where it takes none. */
  readonly value?: string
  readonly choices: readonly string[]
}

/** A command as a shell completes it. */
export interface CommandWords {
  readonly name: string
  readonly about: string
  readonly options: readonly OptionWords[]
  /** Words that stand behind it: its own commands, or what its argument may be. */
  readonly words: readonly string[]
}

/** What a program understands, read from its definition. */
export function commandWords(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    options: command.options
      .filter(({ hidden, long }) => !hidden && long)
      .map(({ long, description, flags, argChoices }) => {
        const [, value] = /[<[](.+)[>\]]/.exec(flags) ?? []
        return { name: long ?? '', about: description, ...(value && { value }), choices: argChoices ?? [] }
      }),
    words: [
      ...command.commands.map((one) => one.name()),
      ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    ],
  }))
}
