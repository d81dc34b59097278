import { type Command, Option } from 'commander'
import type { Address } from '../../transport/transport.ts'
import type { Api } from '../context/api.ts'
import type { RecordOptions } from '../torrent/recorded.ts'
import { addInspectOption } from './inspect-option.ts'
import { address, bytes, gather, host, port, positive, recordLimit } from './options.ts'

/** What `download` and `seed` have in common. */
export interface SwarmOptions extends RecordOptions {
  readonly peer: readonly Address[]
  readonly listen: number
  readonly host: string
  readonly encryption: 'none' | 'preferred' | 'required'
  readonly transport: 'tcp' | 'utp' | 'any'
  /** Bytes a second on the wire; absent: no limit. */
  readonly downloadLimit?: number
  readonly uploadLimit?: number
  readonly maxPeers: number
  /** Absent: 2, on loopback any number. */
  readonly maxIncomingPerHost?: number
  readonly seed?: boolean
  /** Seconds. */
  readonly timeout: number
  readonly inspect?: number | true
}

/** Declares the common options; `listen` is the command's default port. */
export function addSwarmOptions(command: Command, listen: number): Command {
  const peers: readonly Address[] = []
  command
    .option('--peer <host:port>', 'a peer to dial; may stand many times, IPv6 as [::1]:6881', gather(address), peers)
    .option('--listen <port>', 'accept peers on this port, 0 picks a free one', port, listen)
    .option('--host <address>', 'the address to bind', host, '127.0.0.1')
    .addOption(
      new Option('--encryption <policy>', 'connection security policy (MSE/PE)')
        .choices(['none', 'preferred', 'required'])
        .default('preferred'),
    )
    .addOption(
      new Option('--transport <kind>', 'which transports to dial and to accept (any: TCP alone so far)')
        .choices(['tcp', 'utp', 'any'])
        .default('any'),
    )
    .option(
      '--download-limit <bytes>',
      'bytes a second on the wire for the torrent, as 500000, 512K or 2M (default: unlimited)',
      bytes,
    )
    .option(
      '--upload-limit <bytes>',
      'bytes a second on the wire for the torrent, as 500000, 512K or 2M (default: unlimited)',
      bytes,
    )
    .option('--max-peers <number>', 'connections held at once', positive, 55)
    .option(
      '--max-incoming-per-host <number>',
      'connections that one host may make to us (default: 2, on loopback any number)',
      positive,
    )
    .option('--timeout <seconds>', 'a download gives up when no byte of payload came for so long', positive, 60)
    .option('--seed', 'go on seeding when the download is complete (a seed always does)')
  return addRecordOptions(addInspectOption(command)).option(
    '--json',
    'one JSON object a line on standard output, nothing else there',
  )
}

/** Declares what a command records, and how. */
export function addRecordOptions(command: Command): Command {
  return command
    .option('--record <file>', 'write a record of every connection, for replay')
    .option('--keep-addresses', 'the record has addresses and peer ids as they are (default: others in their place)')
    .option('--record-payload', 'the record has payload too (default: its length)')
    .option(
      '--record-limit <bytes>',
      'how long the record gets, at least 1M; beyond it the older half is given up (default: 64M)',
      recordLimit,
    )
}

/** What a torrent is carried by: `createTorrent` takes it. `any` is TCP alone so far. */
export const carriedBy = ({ transport }: SwarmOptions, { utpTransport }: Pick<Api, 'utpTransport'>) =>
  transport === 'utp' ? { transport: utpTransport() } : {}
