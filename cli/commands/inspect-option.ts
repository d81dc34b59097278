import type { Command } from 'commander'
import { port } from './options.ts'

const name = '--inspect'

/** Options behind which a port may stand. */
const withPort: readonly string[] = [name, '--dht']

/** Declares the inspector's page, with what is to be said of it besides. */
export function addInspectOption(command: Command, remark = ''): Command {
  return command.option(`${name} [port]`, `serve the inspector page on 127.0.0.1 and print its address${remark}`, port)
}

/**
 * The arguments with a port behind each `--inspect` and `--dht`: digits that follow it are one, anything else is an argument of its own, and the port is
 * any free one. Without that, commander takes whatever follows for the port.
 */
export function withInspectPort(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((argument, at) => {
    const isOption = withPort.includes(argument) && (end < 0 || at < end)
    return isOption && !/^\d+$/.test(argv[at + 1] ?? '') ? `${argument}=0` : argument
  })
}
