import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import { type DrawingFormat, drawingFormats } from '../diagram/diagram.ts'
import { type CreateOptions, create } from './commands/create.ts'
import { type DemoOptions, demo } from './commands/demo.ts'
import { diagram } from './commands/diagram.ts'
import { type DownloadOptions, download } from './commands/download.ts'
import { addInspectOption } from './commands/inspect-option.ts'
import { announceUrl, gather, pieceLength } from './commands/options.ts'
import { type ReplayCommandOptions, replay } from './commands/replay.ts'
import { type SeedOptions, seed } from './commands/seed.ts'
import { addRecordOptions, addSwarmOptions } from './commands/swarm-options.ts'
import type { Context } from './context/context.ts'

const { version }: { version: string } = createRequire(import.meta.url)('peerchart/package.json')

/** The command line: which words there are, and the command each starts. Throws CommanderError instead of exiting. */
export function createProgram(context: Context): Command {
  const program = new Command('peerchart')
    .description('BitTorrent peer connections as statechart actors')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // The one line about a mistake is written by whoever catches the error.
      writeErr: () => {},
    })

  addInspectOption(
    addRecordOptions(
      program.command('demo').description('seeders, leechers and one liar exchange a small torrent on loopback'),
    ),
    '; the demo begins and ends with the page',
  )
    .option('--json', 'one JSON object a line on standard output, nothing else there')
    .action((options: DemoOptions) => demo(options, context))

  addSwarmOptions(
    program
      .command('download')
      .description('download from peers and verify; keeps what is on disk already')
      .argument('<torrent>', 'a .torrent file, a magnet link or an info hash')
      .option('--out <folder>', 'where the data goes', '.'),
    0,
  ).action((file: string, options: DownloadOptions) => download(file, options, context))

  addSwarmOptions(
    program
      .command('seed')
      .description('verify data and serve it until SIGINT')
      .argument('<torrent>', 'a .torrent file')
      .option('--data <folder>', "the folder that holds the torrent's file or folder", '.')
      .option('--super-seed', 'make one copy spread first (BEP 16)'),
    6881,
  ).action((file: string, options: SeedOptions) => seed(file, options, context))

  const announce: readonly string[] = []
  program
    .command('create')
    .description('make a .torrent of a file or a folder')
    .argument('<path>', 'a file or a folder')
    .requiredOption('--out <file>', 'the .torrent to write')
    .option('--piece-length <bytes>', 'a power of two, 16K to 64M (default: by size)', pieceLength)
    .option('--private', 'peers come from the trackers alone (BEP 27)')
    .option('--comment <text>', 'a remark for people')
    .option('--announce <url>', 'a tracker; may stand many times', gather(announceUrl), announce)
    .option('--json', 'one JSON object a line on standard output, nothing else there')
    .action((path: string, options: CreateOptions) => create(path, options, context))

  addInspectOption(
    program.command('replay').description('drive the peer chart with a record, and tell how each connection ended'),
    ', with all of the record, until Ctrl-C',
  )
    .argument('<file>', 'a record made by --record')
    .option('--json', 'one JSON object a line on standard output, nothing else there')
    .action((file: string, options: ReplayCommandOptions) => replay(file, options, context))

  program
    .command('diagram')
    .description('print a statechart; without a name, list the machines')
    .argument('[machine]', 'its name')
    .addOption(new Option('--format <format>', 'how to draw it').choices(drawingFormats).default('mermaid'))
    .action((machine: string | undefined, { format }: { format: DrawingFormat }) => diagram(machine, format, context))

  return program
}
