import type { Command } from 'commander'
import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { commandWords } from '../completion/words.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { StandardStream } from '../output/standard-stream.ts'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

/** A shell that can complete our command line. */
export type Shell = keyof typeof shells

/** Their names. */
export const shellNames = Object.keys(shells)

/** `peerchart completion`: prints what makes a shell complete this program's commands and options. */
export function completion(shell: Shell, program: Command, stdout: StandardStream): void {
  stdout.write(shells[shell](commandWords(program)))
}
