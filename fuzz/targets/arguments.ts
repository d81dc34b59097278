import { type Command, CommanderError } from 'commander'
import { createProgram } from '../../cli/program.ts'
import { selectorsOf } from '../engine/arguments.ts'
import { must, type Target } from '../engine/target.ts'

const program = (): Command => {
  const made = createProgram({ api: { library: { calm: {} } }, stdout: { write: () => true } } as never)
  for (const command of all(made)) command.action(() => {})
  return made
}

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]

/**
 * Arguments of the command line, a line each: every one is read, or an error of one line says what is wrong. What `--files` names is compared with
 * some files.
 */
export const target: Target = {
  covers: ['cli/commands/options.ts', 'cli/torrent/file-choice.ts', 'cli/program.ts'],
  bytesMax: 2_000,
  msMax: 1_000,
  words: [
    'download',
    'seed',
    'create',
    'info',
    'verify',
    'replay',
    'simulate',
    'conformance',
    'diagram',
    'resume',
    'list',
    'clear',
    'completion',
    'demo',
    '\n',
    '--peer\n',
    '--tracker\n',
    '--no-trackers\n',
    '--listen\n',
    '--host\n',
    '--files\n',
    '--web-seed\n',
    '--announce\n',
    '--piece-length\n',
    '--record-limit\n',
    '--dht\n',
    '--dht-bootstrap\n',
    '--max-peers\n',
    '--download-limit\n',
    '--format\n',
    '--help',
    '--',
    '-',
    '=',
    '1K',
    '2M',
    '9G',
    '0',
    '1e3',
    '127.0.0.1:6881',
    '[::1]:1',
    'http://a.example/',
    'udp://a.example:1',
    '**',
    '*',
    '{a,b}',
    '[a-z]',
    '!(x)',
    '+(a|b)',
    '?',
    '\\',
    '..',
    '0-3',
    ',',
    '@(',
    '(?',
    '{1..9}',
  ],
  seeds: () => ({
    download: 'download\na.torrent\n--peer\n192.0.2.1:6881\n--files\n*.mkv,0-3,dir/**\n--download-limit\n512K\n--json',
    seed: 'seed\na.torrent\n--data\n.\n--listen\n0\n--host\n::1\n--encryption\nrequired\n--tracker\nhttp://t.example/',
    create:
      'create\nfolder\n--piece-length\n64K\n--announce\nudp://t.example:1\n--web-seed\nhttp://s.example/\n--private',
    conformance: 'conformance\n[::1]:6881\n--torrent\na.torrent',
    diagram: 'diagram\npeer\n--format\nsvg',
    glob: 'download\na\n--files\n!(a|b)*{c,d}[e-g]?\\*',
  }),
  async run(input) {
    const words = Buffer.from(input).toString().split('\n')
    const at = words.indexOf('--files')
    const named = at < 0 ? 'all' : selectorsOf(words[at + 1] ?? '')
    try {
      await program().parseAsync(words, { from: 'user' })
      return `read ${named}`
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error
      must(error.message !== '', 'an error says what is wrong')
      return `${error.code} ${named}`
    }
  },
}
