import { createRequire } from 'node:module'
import { Argument, Command, Help, Option } from 'commander'
import { type DrawingFormat, drawingFormats } from '../diagram/diagram.ts'
import type { Address } from '../transport/transport.ts'
import { completion, type Shell, shellNames } from './commands/completion.ts'
import { type ConformanceOptions, conformance } from './commands/conformance.ts'
import { type CreateOptions, create } from './commands/create.ts'
import { type DemoOptions, demo } from './commands/demo.ts'
import { diagram } from './commands/diagram.ts'
import { type DownloadOptions, download } from './commands/download.ts'
import { info } from './commands/info.ts'
import { addInspectOption } from './commands/inspect-option.ts'
import {
  address,
  announceUrl,
  count,
  gather,
  gatherAll,
  mebibytes,
  members,
  part,
  pieceLength,
  webSeedUrl,
  webUrl,
} from './commands/options.ts'
import { type ReplayCommandOptions, replay } from './commands/replay.ts'
import { clearResume, listResume } from './commands/resume.ts'
import { type SeedOptions, seed } from './commands/seed.ts'
import { type SimulateCommandOptions, simulate } from './commands/simulate.ts'
import { addRecordOptions, addSwarmOptions } from './commands/swarm-options.ts'
import { type VerifyOptions, verify } from './commands/verify.ts'
import type { Context } from './context/context.ts'
import { hanging } from './output/wrapping.ts'
import { filePatterns } from './torrent/file-choice.ts'

const { version }: { version: string } = createRequire(import.meta.url)('peerchart/package.json')

/** What help says of an option. One that may stand many times has none at first, which is no default to be shown. */
const describe = (option: Option): string => new Help().optionDescription(option).replace(' (default: [])', '')

/** The least width of a column of text, below which it stands under the word that it explains. */
const leastWidth = 24

/** A word of help, and what it means: beside it, or below it where the terminal is narrow. */
const formatItem: Help['formatItem'] = (term, termWidth, text, helper) => {
  const width = helper.helpWidth ?? 80
  if (text === '' || width - termWidth - 4 >= leastWidth)
    return Help.prototype.formatItem.call(helper, term, termWidth, text, helper)
  return `  ${term}\n      ${helper.boxWrap(text, width - 6).replaceAll('\n', '\n      ')}`
}

/** The usage, which may be as long as a terminal is wide, broken between words. */
const formatHelp: Help['formatHelp'] = (command, helper) => {
  const text = Help.prototype.formatHelp.call(helper, command, helper)
  const [usage = ''] = text.split('\n', 1)
  return hanging(usage, helper.helpWidth ?? 80, 2) + text.slice(usage.length)
}

/** The command line: which words there are, and the command each starts. Throws CommanderError instead of exiting. */
export function createProgram(context: Context): Command {
  const program = new Command('peerchart')
    .description('BitTorrent peer connections as statechart actors')
    .version(version)
    .addHelpText('after', () => exitCodeHelp(helpWidth(context)))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // The one line about a mistake is written by whoever catches the error.
      writeErr: () => {},
      getOutHelpWidth: () => helpWidth(context),
    })
    .configureHelp({ optionDescription: describe, formatHelp, formatItem, minWidthToWrap: leastWidth })

  const none: readonly string[] = []
  addInspectOption(
    addRecordOptions(
      program.command('demo').description('seeders, leechers and one liar exchange a small torrent on loopback'),
    ),
    '; the demo begins and ends with the page',
  )
    .option('--json', json)
    .addHelpText('after', example(context, 'demo'))
    .action((options: DemoOptions) => demo(options, context))

  addSwarmOptions(
    program
      .command('download')
      .description('download from peers and verify; keeps what is on disk already')
      .argument('<torrent...>', '.torrent files, magnet links or info hashes')
      .option('--out <folder>', 'where the data goes', '.')
      .option('--sequential', 'fetch the pieces in order, not the rarest first')
      .option(
        '--files <patterns>',
        'which files: names, paths with * and **, or the numbers of --list, as 0,2-4; may stand many times (default: all)',
        gatherAll(filePatterns),
        none,
      )
      .addOption(
        new Option(
          '--stdout <file>',
          'pipe this file to standard output as it comes, in order; its name, path or number as in --files, and without --files it alone is wanted',
        ).conflicts(['json', 'list']),
      )
      .option('--list', 'print the files of the torrent and end')
      .option(
        '--web-seed <url>',
        'a web seed to download from besides those that the torrent names (BEP 19); may stand many times',
        gather(webSeedUrl),
        none,
      )
      .addOption(
        new Option('--no-web-seeds', 'download from no web seed, whatever the torrent names').conflicts('webSeed'),
      ),
    0,
  )
    .addHelpText('after', example(context, 'download holiday.torrent --out ~/Downloads --peer 192.0.2.7:6881'))
    .action((named: readonly string[], options: DownloadOptions) => download(named, options, context))

  const seeding = addSwarmOptions(
    program
      .command('seed')
      .description('verify data and serve it until SIGINT')
      .argument('<torrent...>', '.torrent files')
      .option('--data <folder>', "the folder that holds the torrent's file or folder", '.')
      .option('--super-seed', 'make one copy spread first (BEP 16)'),
    6881,
  )
    .addHelpText('after', example(context, 'seed holiday.torrent --data ~/Pictures'))
    .action((named: readonly string[], options: SeedOptions) => seed(named, options, context))
  // It is taken from scripts that have it for both commands, and changes nothing here.
  seeding.options.find(({ long }) => long === '--seed')?.hideHelp()

  program
    .command('create')
    .description('make a .torrent of a file or a folder')
    .argument('<path>', 'a file or a folder')
    .option('--out <file>', 'the .torrent to write, - for standard output (default: NAME.torrent, in this folder)')
    .option('--force', 'write over a file that is there')
    .option('--piece-length <bytes>', 'a power of two, 16K to 64M (default: by size)', pieceLength)
    .option('--private', 'peers come from the trackers alone (BEP 27)')
    .option('--comment <text>', 'a remark for people')
    .option('--source <text>', 'gives the same data another info hash, as private trackers ask for')
    .option('--announce <url>', 'a tracker; each of several is a tier of its own (BEP 12)', gather(announceUrl), none)
    .option('--web-seed <url>', 'where the data lies too (BEP 19); may stand many times', gather(webUrl), none)
    .option('--json', json)
    .addHelpText('after', example(context, 'create ~/Pictures/holiday --announce https://tracker.example/announce'))
    .action((path: string, options: CreateOptions) => create(path, options, context))

  program
    .command('info')
    .description('print what a .torrent or a magnet link says')
    .argument('<torrent>', 'a .torrent file, a magnet link or an info hash')
    .option('--json', json)
    .addHelpText('after', example(context, 'info holiday.torrent'))
    .action((what: string) => info(what, context))

  program
    .command('verify')
    .description(
      'hash the data that is there; exit code 0 when every piece verifies, and a warning where files are too long, or empty ones are missing',
    )
    .argument('<torrent>', 'a .torrent file')
    .option('--data <folder>', "the folder that holds the torrent's file or folder", '.')
    .option('--json', json)
    .addHelpText('after', example(context, 'verify holiday.torrent --data ~/Downloads'))
    .action((file: string, options: VerifyOptions) => verify(file, options, context))

  addInspectOption(
    program.command('replay').description('drive the peer chart with a record, and tell how each connection ended'),
    ', with all of the record, until Ctrl-C',
  )
    .argument('<file>', 'a record made by --record')
    .option('--json', json)
    .addHelpText('after', example(context, 'replay bug.record'))
    .action((file: string, options: ReplayCommandOptions) => replay(file, options, context))

  program
    .command('simulate')
    .description('run a whole swarm in virtual time, the same for the same seed, and tell what came of it')
    .addOption(
      // Its choices are what a shell completes; it takes a path beside them.
      new Option('--scenario <name>', 'which scenario, or the path of a JSON file with one')
        .choices(Object.keys(context.api.library))
        .argParser((named) => named)
        .default('flash_crowd'),
    )
    .option('--peers <n>', 'members in all, 4 to 60000; a file says it itself (default: 30)', members)
    .option('--size <mib>', 'of the torrent, in MiB, at most 4096; a file says it itself (default: 8)', mebibytes)
    .option(
      '--liars <fraction>',
      'the part of the members that give wrong blocks (default: as the scenario has it)',
      part,
    )
    .option('--seed <n>', 'what chance begins with', count, 1)
    .option('--svg <file>', 'write a picture of the run')
    .option('--json', json)
    .addHelpText('after', example(context, 'simulate --scenario poisoning --peers 50 --svg run.svg'))
    .action((options: SimulateCommandOptions) => simulate(options, context))

  program
    .command('conformance')
    .description('test the client that listens at an address; exit code 1 when it breaks a rule')
    .argument('<host:port>', 'where it listens over TCP', address)
    .requiredOption('--torrent <file>', 'a .torrent that the client has, or downloads')
    .option(
      '--data <folder>',
      "the folder that holds the torrent's file or folder, to be served to a client that downloads",
    )
    .option('--record <folder>', 'write a record of each case that fails, for replay')
    .option('--json', json)
    .addHelpText('after', example(context, 'conformance 127.0.0.1:6881 --torrent holiday.torrent'))
    .action((where: Address, options: ConformanceOptions) => conformance(where, options, context))

  program
    .command('diagram')
    .description('print a statechart; without a name, list the machines')
    .argument('[machine]', 'its name')
    .addOption(new Option('--format <format>', 'how to draw it').choices(drawingFormats).default('mermaid'))
    .addHelpText('after', example(context, 'diagram peer --format svg > peer.svg'))
    .action((machine: string | undefined, { format }: { format: DrawingFormat }) => diagram(machine, format, context))

  addResumeCommands(program, context)

  program
    .command('completion')
    .description('print what makes a shell complete the commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(shellNames))
    .addHelpText('after', example(context, 'completion bash > ~/.local/share/bash-completion/completions/peerchart'))
    .action((shell: Shell) => completion(shell, program, context.stdout))

  return program
}

const json = 'one JSON object a line on standard output, nothing else there'

/** A command as it can be typed: also where it takes several lines. */
const example =
  (context: Context, line: string): (() => string) =>
  () =>
    `\nExample:\n${hanging(`  peerchart ${line}`, helpWidth(context), 6, ' \\')}`

const helpWidth = ({ stdout }: Context): number => (stdout.isTTY ? (stdout.columns ?? 80) : 80)

const exitCodeHelp = (width: number): string =>
  ['', 'Exit codes:', ...exitCodeLines.map((line) => hanging(line, width, 7))].join('\n')

const exitCodeLines = [
  '  0    it did what it was asked to',
  '  1    it failed: one line on standard error says what is wrong',
  '  2    wrong usage',
  '  129  SIGHUP ended it',
  '  130  SIGINT (Ctrl-C) ended it',
  '  141  the reader of its output closed the pipe',
  '  143  SIGTERM ended it',
] as const

function addResumeCommands(program: Command, context: Context): void {
  const resume = program.command('resume').description('list or clear what is kept of downloads and seeds')
  resume
    .command('list')
    .description('list the resume data that is kept, the newest first')
    .option('--json', json)
    .addHelpText('after', example(context, 'resume list'))
    .action(() => listResume(context))
  resume
    .command('clear')
    .description('remove resume data: the data itself stays, and is hashed again')
    .argument('[infohash...]', 'which torrents, by the first 8 hex digits or more (default: all)')
    .option('--json', json)
    .addHelpText('after', example(context, 'resume clear'))
    .action((infoHashes: readonly string[]) => clearResume(infoHashes, context))
}
